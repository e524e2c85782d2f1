r"""Span of control: how much AI work, or how many others, one person can steer, help and review.

Steering takes IT/h hours of people per human-equivalent hour, with IT of them
for an episode of h hours that then runs unattended; with review at full
coverage an hour of AI work takes k = IT/h + r of them (`supervision.review_hours`
adds the two up). However fast AI is, a person keeps at most

    agents at once          NT/IT + 1                    NT = h/v, how long an agent can be left alone
    AI volume               u_max / k                    human-equivalent hours per hour of people
    people or agents below  1 / (eta (1 - F) + m c F)    F solved below, c of that checked
    reviews of reviews      sum_l (c m)^l                hours of L layers of review, relative to the first

Source: docs, model, sections 3 and 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "fan_out",
    "layer_sizes",
    "review_load",
    "reviews_of_reviews",
    "saturating_volume",
    "span",
    "steering_hours",
]


def steering_hours(interaction_time: ArrayLike, episode_length: ArrayLike) -> np.ndarray:
    """Hours of steering per human-equivalent hour of AI work, IT/h; arguments broadcast.

    One over it is the most work that a person can start, however fast it is done.

    Parameters
    ----------
    interaction_time : array
        Time IT that a person spends to start and correct an episode [h]; >= 0.
    episode_length : array
        Work h of an episode that runs unattended, in a skilled person's time [h]; > 0, inf allowed.

    Returns
    -------
    array
        `steering`, as `supervision.review_hours` takes it [h/h].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> steering_hours(0.25, [1, 8, 40]).tolist()
    [0.25, 0.03125, 0.00625]
    """
    return within("[0, inf)", "interaction_time", interaction_time) / within(
        "(0, inf]", "episode_length", episode_length
    )


def fan_out(neglect_time: ArrayLike, interaction_time: ArrayLike) -> np.ndarray:
    """Agents that one person can keep at work at once, NT/IT + 1; arguments broadcast.

    Parameters
    ----------
    neglect_time : array
        Time NT that an agent can be left alone, h/v for an episode of h hours at v times human speed [h]; >= 0.
    interaction_time : array
        Time IT of a person that it then needs [h]; > 0.

    Returns
    -------
    array
        Agents [1]; >= 1.

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Olsen and Wood (2004), *Fan-out: measuring human control of multiple robots*, CHI '04, 231-238 (access: secondary).

    Examples
    --------
    Faster agents need more of them at once to give a person as much work:

    >>> fan_out([8 / 1, 8 / 10], interaction_time=0.25).round(1).tolist()
    [33.0, 4.2]
    """
    return (
        within("[0, inf)", "neglect_time", neglect_time)
        / within("(0, inf)", "interaction_time", interaction_time)
        + 1
    )


def review_load(volume: ArrayLike, review_hours: ArrayLike) -> np.ndarray:
    """Part of people's hours that goes to review of so much AI work, A k; arguments broadcast.

    Parameters
    ----------
    volume : array
        Human-equivalent hours A of AI work per hour of people [h/h]; >= 0.
    review_hours : array
        Hours k of people per such hour, coverage times review ratio or as `supervision.review_hours` gives them [h/h]; >= 0.

    Returns
    -------
    array
        Share of people's hours [1]; above 1 there are not enough of them.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> review_load(3.1, [0.05, 0.12, 0.25]).round(3).tolist()
    [0.155, 0.372, 0.775]
    """
    return within("[0, inf)", "volume", volume) * within("[0, inf)", "review_hours", review_hours)


def saturating_volume(max_review_share: ArrayLike, review_hours: ArrayLike) -> np.ndarray:
    """AI work at which reviewers have no hour left, u_max / k; arguments broadcast.

    Parameters
    ----------
    max_review_share : array
        Largest part u_max of people's hours that may go to review [1]; in [0, 1].
    review_hours : array
        As in `review_load` [h/h]; > 0: work that takes no review never saturates reviewers.

    Returns
    -------
    array
        Human-equivalent hours of AI work per hour of people [h/h]. Review binds above it.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> saturating_volume(0.5, [0.05, 0.12, 0.25]).round(1).tolist()
    [10.0, 4.2, 2.0]
    """
    return within("[0, 1]", "max_review_share", max_review_share) / within(
        "(0, inf)", "review_hours", review_hours
    )


def span(
    help_time: ArrayLike,
    solved: ArrayLike,
    *,
    checked: ArrayLike = 0.0,
    check_time: ArrayLike = 0.0,
) -> np.ndarray:
    r"""How many workers, people or AI, one supervisor can look after; arguments broadcast.

    .. math:: n = \frac{1}{\eta\,(1 - F) + m\, c\, F}

    Where checks are dear they limit the span, not the questions.

    Parameters
    ----------
    help_time : array
        Supervisor's time eta for a problem that a worker brings, relative to the worker's for one [1]; >= 0.
    solved : array
        Share F of problems that workers solve alone [1]; in [0, 1].
    checked : array
        Share c of those that the supervisor checks [1]; in [0, 1].
    check_time : array
        Supervisor's time m for a check [1]; >= 0.

    Returns
    -------
    array
        Span n [1]; inf where nothing reaches the supervisor.

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Garicano (2000), JPE 108(5), 874-904, for the first term (access: secondary); checks are added here.

    Examples
    --------
    >>> span(0.1, solved=0.9, checked=[0, 1], check_time=0.05).round(1).tolist()
    [100.0, 18.2]
    """
    alone = within("[0, 1]", "solved", solved)
    checks = (
        within("[0, inf)", "check_time", check_time) * within("[0, 1]", "checked", checked) * alone
    )
    time = within("[0, inf)", "help_time", help_time) * (1 - alone) + checks
    return np.divide(1.0, time, out=np.full_like(time, np.inf), where=time > 0)


def reviews_of_reviews(share: ArrayLike, effort: ArrayLike, layers: int) -> np.ndarray:
    r"""Hours of review in all, where part of the reviews are reviewed in turn, relative to the first review.

    .. math:: \sum_{l=0}^{L} (c\, m)^l

    At an effort of 1 that is the number of times a unit is handed to a reviewer.

    Parameters
    ----------
    share : array
        Share c of reviews, at every layer, that somebody else looks at in turn [1]; in [0, 1].
    effort : array
        Hours m of such a look, relative to the review that it is about [1]; >= 0.
    layers : int
        L, the layers above the first review; 0: reviews stand as they are.

    Returns
    -------
    array
        Relative hours [1]; >= 1.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    One review in five is looked at for half as long as it took; and one in five of these looks again:

    >>> [round(float(reviews_of_reviews(0.2, 0.5, layers)), 3) for layers in (0, 1, 2)]
    [1.0, 1.1, 1.11]
    """
    if layers < 0 or layers != int(layers):
        raise InputError(f"layers must be a whole number of at least 0; found {layers}")
    ratio = within("[0, 1]", "share", share) * within("[0, inf)", "effort", effort)
    return np.asarray(
        sum((ratio**layer for layer in range(int(layers) + 1)), start=np.zeros_like(ratio))
    )


def layer_sizes(workers: ArrayLike, help_time: ArrayLike, solved: ArrayLike) -> np.ndarray:
    """Supervisors in each layer above the workers, N_(l+1) = eta N_0 (1 - F(Z_l)).

    Parameters
    ----------
    workers : array, shape (...)
        Workers N_0 [person]; >= 0.
    help_time : array, shape (...)
        As in `span` [1]; >= 0.
    solved : array, shape (..., layer)
        Share F(Z_l) of problems solved at layer l or below, from the workers up [1]; in [0, 1], not falling.

    Returns
    -------
    array, shape (..., layer)
        Supervisors above each of those layers [person].

    Raises
    ------
    InputError
        If an argument is out of its range, or a higher layer solves less than those below it.

    References
    ----------
    Garicano (2000), as in `span` (access: secondary).

    Examples
    --------
    A thousand workers solve 90 % of problems, and the experts above them 9 % more:

    >>> layer_sizes(1000, help_time=0.1, solved=[0.9, 0.99]).round(6).tolist()
    [10.0, 1.0]
    """
    below = within("[0, 1]", "solved", solved)
    within("[0, 1]", "rise of solved from layer to layer", np.diff(below, axis=-1))
    base = within("[0, inf)", "workers", workers) * within("[0, inf)", "help_time", help_time)
    return base[..., np.newaxis] * (1 - below)
