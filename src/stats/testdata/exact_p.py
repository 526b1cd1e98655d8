#!/usr/bin/env python3
"""Writes exact_p.csv: 200 random pairs of samples, half of them with ties, and the exact two-sided p of Mann's and
Whitney's test with mid-ranks, counted with whole numbers of any size.

    python3 src/stats/testdata/exact_p.py > src/stats/testdata/exact_p.csv
"""
import random
from collections import Counter
from fractions import Fraction

random.seed(14)


def p(a, b):
    pooled = a + b
    # Twice the mid-rank, less what makes them sum up to 0.
    score = {v: sum((w < v) - (w > v) for w in pooled) for v in set(pooled)}
    ways = Counter({(0, 0): 1})
    for v in pooled:
        more = Counter(ways)
        for (k, s), n in ways.items():
            if k < len(a):
                more[k + 1, s + score[v]] += n
        ways = more
    sums = {s: n for (k, s), n in ways.items() if k == len(a)}
    observed = abs(sum(score[v] for v in a))
    return Fraction(sum(n for s, n in sums.items() if abs(s) >= observed), sum(sums.values()))


print("a,b,p")
for case in range(200):
    ties = case % 2 == 1
    n, m = random.randint(3, 60), random.randint(3, 60)
    shift = random.choice([0, 0.3, 0.6, 1.0])
    draw = lambda mu: round(random.gauss(mu, 1) * (3 if ties else 1e6))
    a, b = [draw(0) for _ in range(n)], [draw(shift) for _ in range(m)]
    print(" ".join(map(str, a)), " ".join(map(str, b)), f"{float(p(a, b)):.17g}", sep=",")
