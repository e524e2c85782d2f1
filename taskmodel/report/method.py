"""The method on a page, and the words that are used."""

PARAGRAPHS = {
    "Organisation": "Research is a set of tasks, ordered by a graph, whose outputs are combined "
    "under constant elasticities of substitution. Each task can be done in several ways: by "
    "people, by AI with every unit reviewed, by AI under another protocol of review. Each way "
    "takes a bundle of scarce factors: hours of people, hours of review, inference and "
    "experiments.",
    "Optimum": "At each compute the organisation uses its factors so that output is largest. The "
    "problem is solved in the prices of the factors, and each answer is certified by its duality "
    "gap, below one part in a billion. Where regimes change is located exactly, not on a grid.",
    "Capability": "AI can do a task once its time horizon, which grows with training compute, "
    "reaches the length of the task. What AI does must be reviewed by people: so many hours for "
    "each hour of work that it replaces.",
    "What oversight costs": "Output with all review hours free, and all else as it is, over "
    "output. Oversight costs half where this is 2. It is the bottleneck where output responds more "
    "to review than to any other source.",
    "Dates": "Compute grows along a path with uncertain growth; people stay as they are. A date is "
    "that at which compute along the path reaches a value, and a probability by a date the share "
    "of the draws that have reached it.",
    "Uncertainty": "The uncertain numbers are drawn from their intervals, in proportion to dated "
    "evidence where there is some, and the organisation is solved for each draw. Bands hold 90 % "
    "of the draws. They hold what the intervals and the evidence say, not errors of the model.",
    "Levers": "A lever changes the rules or numbers of the organisation in every draw, all else "
    "as it is. Time bought is the difference of dates in the same draw.",
    "Limits": "Most inputs are judgements: rely on ranks and mechanisms more than on levels. The "
    "organisation is one whose people, tasks and rules do not change unless a lever changes them.",
}
WORDS = {
    "throughput": "research output over that of the same people without AI",
    "latency": "time of one pass through all tasks without AI, over that with AI",
    "effective": "throughput and latency together, weighted by the exponent of parallel effort",
    "compute": "effective compute of the leading developer in a year, in FLOP of 2023 software",
    "hours by AI": "share of the hours that people work without AI which AI has taken over",
}
