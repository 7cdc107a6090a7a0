"""How long each layout takes as cards grow, and how many cards it needs to be fast enough.

Belongs here: times of many layouts on many numbers of cards, and bounds that spare most of them.
Does not belong here: what a layout takes by part (step_time), what fits (table).
"""

from typing import NamedTuple

import numpy as np

from solver.estimate.layout import Array
from solver.estimate.table import ROUNDING

STRETCH = 6
"""Numbers of cards for which layouts are sorted out together."""


class Lines(NamedTuple):
    """Seconds of layouts, fixed + by_share·u + by_leaving·max(u, near) with u of StepCosts: arrays
    with an entry for each layout, or a row of them for each machine.
    """

    shards: Array
    """Cards of one replica."""
    near: Array
    """One over the replicas that a domain holds."""
    most_replicas: Array
    """More stand idle."""
    fewest: Array
    """Replicas from which on a layout fits; infinite where it never does."""
    most: Array
    """Replicas up to which it can be used."""
    fixed: Array
    by_share: Array
    by_leaving: Array

    def chosen(self, which: Array) -> "Lines":
        """The layouts at these places."""
        return Lines(*(a.take(which) for a in self))

    def of(self, machines: Array | slice) -> "Lines":
        """Those of some of the machines."""
        return Lines(*self[:3], *(a[machines] for a in self[3:]))

    def of_one(self, machine: int, most_cards: float) -> "Lines":
        """What one machine holds on so many cards."""
        some = np.flatnonzero(self.fewest[machine] * self.shards <= most_cards)
        return Lines(*(a.take(some) for a in (*self[:3], *(a[machine] for a in self[3:]))))

    def seconds(self, cards: Array) -> Array:
        """Time of layouts on numbers of cards of their own, or on a column of them; infinite where
        one cannot be used.
        """
        replicas = np.floor(cards / self.shards)
        np.minimum(replicas, self.most_replicas, out=replicas)
        unfit = replicas < self.fewest
        unfit |= replicas > self.most
        np.maximum(replicas, 1, out=replicas)
        share = np.divide(1, replicas, out=replicas)
        time: Array = self.by_share * share
        time += self.fixed
        leaving = np.maximum(share, self.near, out=share)
        leaving *= self.by_leaving
        time += leaving
        time[unfit] = np.inf
        return time

    def fastest(self, cards: Array) -> Array:
        """Time of the fastest layout on each number of cards, given in rising order; some layout
        fits on all of them.
        """
        if len(cards) <= STRETCH:
            few: Array = self.seconds(cards[:, None]).min(axis=1)
            return few
        begins = np.arange(0, len(cards), STRETCH)
        stretch, which = self._able_to_win(cards, begins).nonzero()
        each = np.minimum(begins + np.arange(STRETCH)[:, None], len(cards) - 1)
        times = self.chosen(which).seconds(cards[each].take(stretch, axis=1))
        starts = np.searchsorted(stretch, np.arange(len(begins)))
        found: Array = np.minimum.reduceat(times, starts, axis=1).T.ravel()
        return found[: len(cards)]

    def _able_to_win(self, cards: Array, begins: Array) -> Array:
        """Which layouts may be the fastest somewhere in each stretch (row).

        Card-seconds rise with cards: a layout that on the fewest cards of a stretch needs more of
        them than others on any number of the stretch is nowhere in it the fastest.
        """
        first = cards[begins, None]
        last = cards[np.append(begins[1:], len(cards)) - 1, None]
        winners = np.unique(self.seconds(first).argmin(axis=1))
        reached = cards * self.chosen(winners).seconds(cards[:, None]).min(axis=1)
        enough = np.maximum.reduceat(reached, begins) * (1 + ROUNDING)
        able: Array = self.least_card_seconds(first) <= enough[:, None]
        able &= self.fewest * self.shards <= last
        return able

    def least_card_seconds(self, cards: Array) -> Array:
        """What no layout undercuts on so many cards (a column) or more: cards times its time if
        replicas could be counted in parts.
        """
        # What leaves a domain may cost less than what stays: max(u, near) is at most their sum.
        cheaper = np.minimum(self.by_leaving, 0)
        by_share = self.by_share + cheaper
        # Exchange that outweighs all else slows a job down as replicas grow: no bound.
        rising = (by_share >= 0) & (self.by_share >= 0)
        fixed = (self.fixed + cheaper * self.near) * rising
        dearer = np.maximum(self.by_leaving, 0) * rising
        found: Array = fixed * cards
        leaving = np.maximum(self.shards, self.near * cards)
        leaving *= dearer
        found += leaving
        found += by_share * self.shards * rising
        return found

    def enough_cards(self, seconds: Array, unit: Array) -> Array:
        """Fewest multiples of the unit (row) on which a layout may take no longer than so many
        seconds (row).

        The time is the larger of two that fall with replicas, max(u, near) being one or the other;
        the smaller where what leaves a domain costs less than what stays.
        """
        left = seconds[:, None] - self.fixed
        with np.errstate(divide="ignore", invalid="ignore"):
            share = left / (self.by_share + self.by_leaving)
            other = (left - self.by_leaving * self.near) / self.by_share
            share = np.where(
                self.by_leaving < 0, np.maximum(share, other), np.minimum(share, other)
            )
            # Where exchange outweighs all else more replicas are slower: any number may be enough.
            share[(self.by_share <= 0) | (self.by_share <= -self.by_leaving)] = 1.0
            least = np.ceil((1 - ROUNDING) / share)
        np.maximum(least, self.fewest, out=least)
        cards: Array = least * self.shards
        cards /= unit[:, None]
        np.ceil(cards, out=cards)
        cards *= unit[:, None]
        replicas = np.floor(cards / self.shards)
        np.minimum(replicas, self.most_replicas, out=replicas)
        cards[(share <= 0) | (least > replicas) | (replicas > self.most)] = np.inf
        return cards
