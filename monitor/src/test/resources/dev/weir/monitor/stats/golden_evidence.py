"""Computes golden-evidence.txt from golden-cases.txt: python3 golden_evidence.py > golden-evidence.txt

Independent of the Java code: probabilities of the arm given the outcome are formed as such, in decimal arithmetic with 60 digits, and
multiplied as numbers, where Java adds logarithms of odds. Standard library only.
"""
import os
from decimal import Decimal as D, getcontext

getcontext().prec = 60
HERE = os.path.dirname(os.path.abspath(__file__))


def factor(rho, p, lift, r0, cap, ch, cm, bh, bm, both=False):
    """Product of q(arm | outcome) / q0(arm | outcome) over units."""
    if lift > 1:
        p1 = min(lift * r0 * p, cap)
        tilt, bound = max(r0, p1 / p), r0
    else:
        p1 = lift / r0 * p
        tilt, bound = p1 / p, 1 / r0
    th = lambda r: rho * r / (rho * r + 1 - rho)
    out = (th(tilt) / th(bound)) ** ch * ((1 - th(tilt)) / (1 - th(bound))) ** bh
    if r0 == 1:
        p1 = tilt * p
        tho = rho * (1 - p1) / (rho * (1 - p1) + (1 - rho) * (1 - p))
        out *= (tho / rho) ** cm * ((1 - tho) / (1 - rho)) ** bm
    elif both:
        s = (1 - p1) / (1 - p)
        t, b = (min(s, 1 / r0), 1 / r0) if lift > 1 else (max(s, r0), r0)
        out *= (th(t) / th(b)) ** cm * ((1 - th(t)) / (1 - th(b))) ** bm
    return out


class Errors:
    LIFTS = [D(x) for x in "1.25 1.5 2 3 5 10 30 100".split()]

    def __init__(self, r0):
        self.r0, self.e = D(r0), [D(1)] * 8
        self.hits = self.units = D(0)
        self.p = D("0.01")

    def learn(self, hits, ok):
        self.hits += D(hits)
        self.units += D(hits) + D(ok)

    def cell(self, rho, ch, cm, bh, bm):
        if 0 < D(rho) < 1:
            self.e = [e * factor(D(rho), self.p, r, self.r0, D("0.999"), *map(int, (ch, cm, bh, bm))) for e, r in zip(self.e, self.LIFTS)]
        self.learn(bh, bm)

    def close(self):
        self.p = (self.hits + 1) / (self.units + 100)

    def value(self):
        return sum(self.e) / len(self.e)


def upper(b):
    """Upper bound of a latency bucket: 32 parts of each power of two from 1,024 ns."""
    if b == 0:
        return 1024
    if b >= 833:
        return None
    octave, part = divmod(b - 1, 32)
    return (33 + part) * 2 ** (octave + 5)


class Latency:
    LIFTS = [D(x) for x in "1.1 1.25 1.5 2 3 5 10".split()]
    QUANTILES = [D(x) for x in "0.5 0.75 0.9 0.95 0.99 0.999".split()]

    def __init__(self, ratio, slack):
        self.ratio, self.slack = D(ratio), D(slack)
        self.e = [[D(1)] * 7 for _ in self.QUANTILES]
        self.past, self.x = {}, None

    @staticmethod
    def parse(text):
        return {} if text == "-" else {(833 + 1 if k == "x" else int(k)): int(n) for k, n in (w.split(":") for w in text.split(","))}

    def learn(self, baseline):
        for b, n in self.parse(baseline).items():
            self.past[b] = self.past.get(b, 0) + n

    def cell(self, rho, canary, baseline):
        c, b = self.parse(canary), self.parse(baseline)
        if self.x:
            for j, (xb, xc, p) in enumerate(self.x):
                ch = sum(n for k, n in c.items() if k > xc)
                bh = sum(n for k, n in b.items() if k > xb)
                cap = D("0.5") + p / 2
                self.e[j] = [e * factor(D(rho), p, r, D(1), cap, ch, sum(c.values()) - ch, bh, sum(b.values()) - bh) for e, r in zip(self.e[j], self.LIFTS)]
        self.learn(baseline)

    def close(self):
        units = sum(self.past.values())
        if units < 200:
            return
        answered = sum(n for k, n in self.past.items() if k <= 833)
        self.x = []
        for q in self.QUANTILES:
            xb = min(k for k in self.past if k <= 833 and sum(n for m, n in self.past.items() if m <= k) >= q * answered)
            want = upper(xb) * self.ratio + self.slack
            xc = min(k for k in range(833) if upper(k) >= want)
            above = sum(n for k, n in self.past.items() if k > xb)
            self.x.append((xb, xc, (D(above) + D("0.5")) / (units + 1)))

    def value(self):
        return sum(map(sum, self.e)) / 42


class Classes:
    LIFTS = [D(x) for x in "0.25 0.5 0.67 0.8 1.25 1.5 2 3 5".split()]

    def __init__(self, r0):
        self.r0 = D(r0)
        self.slots, self.past, self.base, self.total, self.newcomers = None, {}, {}, 0, 0

    @staticmethod
    def parse(text):
        return {} if text == "-" else {k: int(n) for k, n in (w.split(":") for w in text.split(","))}

    def learn(self, baseline):
        for k, n in self.parse(baseline).items():
            self.base[k] = self.base.get(k, 0) + n
            self.past[k] = self.past.get(k, 0) + n
            self.total += n

    def cell(self, rho, canary, baseline):
        c, b = self.parse(canary), self.parse(baseline)
        if self.slots:
            named = {k for k in self.slots if k}
            for k, s in self.slots.items():
                pick = (lambda d: d.get(k, 0)) if k else (lambda d: sum(n for m, n in d.items() if m not in named))
                ch, bh = pick(c), pick(b)
                s[1] = [e * factor(D(rho), s[2], r, self.r0, D("0.98"), ch, sum(c.values()) - ch, bh, sum(b.values()) - bh, both=True) for e, r in zip(s[1], self.LIFTS)]
        self.learn(baseline)
        for k, n in c.items():
            self.past[k] = self.past.get(k, 0) + n

    def close(self):
        new = sorted((k for k in self.past if not self.slots or k not in self.slots), key=lambda k: (-self.past[k], k))
        if self.slots is None:
            if self.total < 200:
                return
            self.slots = {"": [D("0.05"), [D(1)] * 9, None]}
            for k in new:
                self.slots[k] = [D("0.9") / len(new), [D(1)] * 9, None]
        else:
            for k in new:
                self.newcomers += 1
                self.slots[k] = [D("0.05") / (self.newcomers * (self.newcomers + 1)), [D(1)] * 9, None]
        for k, s in self.slots.items():
            hits = self.base.get(k, 0) if k else self.total - sum(self.base.get(m, 0) for m in self.slots if m)
            s[2] = (D(hits) + D("0.5")) / (self.total + 1)

    def value(self):
        if not self.slots:
            return D(1)
        return sum(w * sum(e) / 9 for w, e, _ in self.slots.values()) + 1 - sum(w for w, _, _ in self.slots.values())


class Ratio:
    def __init__(self, alpha):
        tilts = [D(x) for x in "1.02 1.05 1.1 1.2 1.5 2 4 16".split()]
        self.tilts = tilts + [1 / k for k in tilts]
        self.e = [D(1)] * len(self.tilts)

    def cell(self, rho, canary, baseline):
        rho = D(rho)
        if not 0 < rho < 1:
            return
        for i, k in enumerate(self.tilts):
            q = k * rho / (k * rho + 1 - rho)
            self.e[i] *= (q / rho) ** int(canary) * ((1 - q) / (1 - rho)) ** int(baseline)

    def close(self):
        pass

    def value(self):
        return sum(self.e) / len(self.e)


def main():
    kinds = {"errors": Errors, "latency": Latency, "classes": Classes, "ratio": Ratio}
    print("# ln(e-value) at the end of each case of golden-cases.txt, computed by golden_evidence.py (60-digit decimals).")
    name = test = None
    for line in [l.split() for l in open(os.path.join(HERE, "golden-cases.txt")) if l.strip() and not l.startswith("#")] + [["case", None]]:
        if line[0] == "case":
            if test:
                print(name, f"{test.value().ln():.15f}")
            if line[1]:
                name, test = line[1], kinds[line[2]](*line[3:])
        else:
            getattr(test, line[0])(*line[1:])


main()
