"""Which mistake makes a gradient by hand what it is: those of `mistakes` that fit the number, if it is one or two.

A wrong name is worse than none, so three things have to hold before one is given:

- It fits to the digits that were written. 0.0142 stands for 0.01415 to 0.01425, and 0.014285714285714287 for itself.
- Nothing else fits. Two mistakes that fit are named both, three are not named. A mistake in other words is no other.
  That the number is another leaf's right gradient counts as one.
- It does not fit by chance. Some dozen mistakes lie around any number, and one of them is as near as 1 % to it: of so
  many numbers scattered over the same range, fewer than one in twenty-five may be expected to fit as well.

What several wrong gradients share is asked first: a factor that is missing in nine of them is one mistake, not nine,
and fits nine numbers by chance less than one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograd.checking.mistakes import SIGN, TWICE, Graph, Mistake, Slips
from autograd.checking.rounding import half_unit

CHANCE = 0.04
EXACT = 1e-9
NEAR = 1e-6  # for a number with all its digits, of which rounding on the way has taken some
RANGE = 3.0  # a number is compared with the mistakes from a third of it to three times as much
FEW = 12  # so many in the range, and one that fits a short number such as 3 exactly may be meant
MOST_WORK = 15_000  # edges on the paths of wrong gradients together


@dataclass(frozen=True)
class Case:
    """A wrong gradient: its name, the number of its node in the snapshot, and what it is by hand."""

    name: str
    source: int
    by_hand: float


@dataclass(frozen=True)
class Finding:
    """What is the matter with some gradients: one answer, or two that fit equally; each in all its words."""

    cases: tuple[Case, ...]
    answers: tuple[tuple[Mistake, ...], ...]
    sure: bool = True


def is_rounded(x: float, exact: float) -> bool:
    """Whether a number is another one with fewer digits.

    >>> is_rounded(0.2880, 0.2880411719), is_rounded(0.2881, 0.2880411719), is_rounded(3.0, 3.2)
    (True, False, False)
    """
    return abs(x - exact) <= min(half_unit(x) * (1.0 + 1e-9), 5e-3 * abs(exact))


def slack(case: Case) -> float:
    """How far a number may be from what it stands for, by its digits; nothing if they are too few to tell."""
    rounding = half_unit(case.by_hand) * (1.0 + 1e-9)
    return rounding if rounding <= 0.01 * abs(case.by_hand) else 0.0


class _Evidence:
    """The mistakes that fit one wrong gradient, and by what chance."""

    def __init__(self, case: Case, slips: Slips) -> None:
        self.case, self.slips, hand = case, slips, case.by_hand
        exact = EXACT * abs(hand) + 1e-13 * slips.size
        self.exact = True
        self.tolerance = exact
        self.fitting = self._within(exact)
        for wider in (half_unit(hand) * (1.0 + 1e-9), NEAR * abs(hand)):
            if not self.fitting and wider > exact:
                self.fitting, self.tolerance, self.exact = self._within(wider), wider, False

    def _within(self, tolerance: float) -> list[Mistake]:
        return [m for m, x in self.slips.values.items() if abs(x - self.case.by_hand) <= tolerance]

    @cached_property
    def around(self) -> int:
        """How many different numbers simple mistakes give in the range."""
        low, high = sorted((self.case.by_hand / RANGE, self.case.by_hand * RANGE))
        near = (x for m, x in self.slips.values.items() if m.simple and low <= x <= high)
        return len({f"{x:.8e}" for x in near})

    @property
    def share(self) -> float:
        """The part of the range that would fit the number as it is written."""
        if not self.case.by_hand:
            return 1.0  # each number has 0 in its range, and no part of it
        width = 2.0 * max(self.tolerance, half_unit(self.case.by_hand))
        return min(1.0, width / (abs(self.case.by_hand) * 2.0 * math.log(RANGE)))

    def classes(self) -> list[list[Mistake]]:
        """The mistakes that fit, those together that are the same in other words."""
        return _classes([self], self.fitting)


def diagnose(graph: Graph, cases: Sequence[Case]) -> list[Finding]:
    """What is found out about wrong gradients; those without a finding stay unexplained."""
    if not cases:
        return []
    evidence = list(_evidence(graph, cases))
    if told := [case for case in cases if case.by_hand == 0.0]:
        # Many slips make a 0: all that can be said of one is that it is another gradient's.
        swaps = [(pair, swap) for pair, swap in _swaps(graph, evidence) if any(e.case in told for e in pair)]
        known = {e.case for pair, _ in swaps for e in pair} | set(told)
        found = [finding for pair, swap in swaps for finding in _finding(pair, [[swap]])]
        return found + diagnose(graph, [case for case in cases if case not in known])
    if len(cases) > 1:
        fitting = set.intersection(*(set(e.fitting) for e in evidence))
        shared = _fitting_all(graph, [m for m in evidence[0].fitting if m in fitting], cases[len(evidence) :])
        answers = _classes(evidence, shared)
        answers += [[swap] for pair, swap in _swaps(graph, evidence) if len(cases) == len(pair)]
        if answers:
            return [replace(finding, cases=tuple(cases)) for finding in _finding(evidence, answers)]
    findings = []
    for pair, swap in _swaps(graph, evidence):
        both = [m for m in pair[0].fitting if m in pair[1].fitting]
        findings += _finding(pair, [[swap], *_classes(pair, both)])
        evidence = [e for e in evidence if e not in pair]
    return findings + _one_by_one(graph, evidence)


def _evidence(graph: Graph, cases: Sequence[Case]) -> Iterator[_Evidence]:
    """All mistakes in each gradient, or where that would take too long, in the first ones."""
    work = 0
    for case in cases:
        slips = graph.slips(case.source)
        work += slips.edges + len(graph.picture.edges) // 8  # a sweep is little work for an edge
        yield _Evidence(case, slips)
        if work > MOST_WORK:
            return


def _fitting_all(graph: Graph, mistakes: Sequence[Mistake], cases: Sequence[Case]) -> list[Mistake]:
    """The mistakes that fit other gradients, too: each takes one sweep for all of them."""
    if not cases:
        return list(mistakes)
    numbers = {mistake: graph.variants[0].everywhere(mistake) for mistake in mistakes}
    reach = {case: max(EXACT * abs(case.by_hand) + 1e-13 * graph.sizes[case.source], slack(case)) for case in cases}
    return [
        mistake
        for mistake, by in numbers.items()
        if by is not None and all(abs(by[case.source] - case.by_hand) <= reach[case] for case in cases)
    ]


def _classes(evidence: Sequence[_Evidence], mistakes: Sequence[Mistake]) -> list[list[Mistake]]:
    """Mistakes in groups: in each, all are the same in other words, for every gradient."""
    classes: list[list[Mistake]] = []
    for mistake in mistakes:
        for group in classes:
            if all(e.slips.same(group[0], mistake) for e in evidence):
                group.append(mistake)
                break
        else:
            classes.append([mistake])
    return classes


def _finding(evidence: Sequence[_Evidence], answers: Sequence[Sequence[Mistake]]) -> list[Finding]:
    """The finding, unless too much fits, or would fit by chance."""
    exact = all(e.exact for e in evidence)
    if not exact:
        # Sums of some paths are many: to the digits written, they fit by chance sooner than a simple mistake does. What
        # comes to exactly the same as that one fits no less.
        simple = [answer for answer in answers if any(m.simple for m in answer)]
        answers = [a for a in answers if a in simple or any(_tie(evidence, a[0], b[0]) for b in simple)] or answers
    most = max(e.around for e in evidence) + 1
    # The same number with the other sign is no chance, however few its digits.
    turned = exact and len(answers) == 1 and SIGN in answers[0]
    sure = turned or most * math.prod(e.share for e in evidence) <= CHANCE
    if not 1 <= len(answers) <= 2 or not (sure or (exact and most <= FEW and len(answers) == 1)):
        return []
    # All of it twice: that is a factor of 2, and where it comes from is not known.
    if len(answers) == 1 and TWICE in answers[0] and all(m.kind == "twice" for m in answers[0]):
        return []
    return [Finding(tuple([e.case for e in evidence]), tuple(map(tuple, answers)), sure)]


def _tie(evidence: Sequence[_Evidence], a: Mistake, b: Mistake) -> bool:
    """Whether two mistakes come to the same numbers here; numbers that are swapped are known to no other."""
    values = [e.slips.values for e in evidence]
    return all(a in v and b in v and math.isclose(v[a], v[b], rel_tol=EXACT) for v in values)


def _swaps(graph: Graph, evidence: Sequence[_Evidence]) -> list[tuple[tuple[_Evidence, _Evidence], Mistake]]:
    """The pairs of gradients of which each has the other's number."""
    fits = {
        (i, j)
        for i, a in enumerate(evidence)
        for j, b in enumerate(evidence)
        if i != j
        and abs(a.case.by_hand - graph.derivative(b.case.source)) <= max(EXACT * abs(a.case.by_hand), slack(a.case))
    }
    pairs = [(i, j) for i, j in fits if i < j and (j, i) in fits]
    # With two equal numbers, nobody knows which one was meant.
    alone = [p for p in sorted(pairs) if not any(q != p and {*p} & {*q} for q in pairs)]
    return [
        ((evidence[i], evidence[j]), Mistake("swapped", ("labels", evidence[i].case.name, evidence[j].case.name)))
        for i, j in alone
    ]


def _others(graph: Graph, e: _Evidence, answers: Sequence[Sequence[Mistake]]) -> list[Mistake]:
    """That a number is the right gradient of another leaf: where it is not one of the answers in other words.

    In y = tanh(w · x + b), to forget the factor x in the gradient by w is to give that by b, at any numbers.
    """
    # In a · b, to take the own factor for the other one is to give the other one's gradient.
    if any(mistake.kind == "own" for answer in answers for mistake in answer):
        return []
    shown = [[SIGN] if SIGN in answer else answer for answer in answers]
    slips, slopes = graph.elsewhere(e.case.source)
    return [
        Mistake("another", ("labels", node.index))
        for node in graph.picture.nodes
        if node.label and node.is_leaf and node.role != "constant" and node.index != e.case.source
        if abs(graph.derivative(node.index) - e.case.by_hand) <= e.tolerance
        if not any(
            math.isclose(slips.get(m, math.nan), slopes[node.index], rel_tol=1e-7) for answer in shown for m in answer
        )
    ]


def _one_by_one(graph: Graph, evidence: Sequence[_Evidence]) -> list[Finding]:
    """A finding for each gradient, those together that share theirs."""
    classes = {e: e.classes() for e in evidence}
    covered = Counter(m for e in evidence for m in e.fitting)
    groups: list[tuple[list[_Evidence], list[list[Mistake]]]] = []
    for e, answers in classes.items():
        # Of several that fit this number, one may fit two others as well: that is no chance.
        ranked = sorted(((max(covered[m] for m in answer), i) for i, answer in enumerate(answers)), reverse=True)
        if len(ranked) > 1 and ranked[0][0] >= 3 and ranked[1][0] == 1:
            answers = [answers[ranked[0][1]]]
        for group, others in groups:
            if len(answers) == len(others) == 1 and (shared := [m for m in others[0] if m in answers[0]]):
                others[0] = shared
                group.append(e)
                break
        else:
            groups.append(([e], answers))
    for group, answers in groups:
        # One gradient alone may be another one's: nobody takes several for others.
        if len(group) == 1 and answers:
            answers += [[another] for another in _others(graph, group[0], answers)]
    return [finding for group, answers in groups for finding in _finding(group, answers)]
