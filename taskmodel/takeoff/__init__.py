"""Davidson's Full Takeoff Model: compute grows, AI takes over tasks, and what it adds makes compute grow faster."""
