"""Mistakes that readers make: for each exercise, what to spoil in its solution. The check has to catch every one."""

SLIPS: dict[str, dict[int, list[tuple[str, str]]]] = {
    "01-build-it-yourself": {
        1: [("-p.data / q.data**2", "p.data / q.data**2"), ("(e,))", "(1.0,))"), ("s * (1 - s)", "1 - s")],
        2: [(".grad += ", ".grad = "), ("reversed(order)", "order"), ("    root.grad = 1.0\n", "")],
    },
    "02-reading-a-computation-graph": {
        1: [("-0.5 + 1 * 1.5", "-0.5"), ("-0.5 + 1 * 1.5", "-0.5 * 1 * 1.5"), ("by_q = 1 * 1.5", "by_q = -0.5")],
        2: [("u**2 * v", "u * v"), ("u**2 * v", "u * v**2")],
    },
    "03-the-neuron": {
        1: [("slope * x1", "x1"), ("slope = 1 - o.data**2", "slope = o.data * (1 - o.data)")],
        2: [("1.5", "0.5"), ("-1.0, -1.0", "1.0, 1.0")],
        3: [("0.5 * 2 - 1 * 1", "0.5 * 2"), ("- 1 * 3", "+ 1 * 3")],
    },
    "04-a-network-by-hand": {
        1: [("-(1 - o2)", "-2 * (1 - o2)"), (" * 4", " * 95"), (" * 0.02", "")],
        2: [("target - o2", "1 - o2"), ('* w["w4"] ', ""), ('"b1": by_z1', '"b1": by_z2')],
    },
    "05-two-paths": {
        1: [("head * O22.data", "head * w5.data"), (" * s(O21)", ""), ("* O11.data", "* w2.data")],
        2: [
            (" + head * w5.data * s(O22) * w3.data * tail", ""),
            (" * 0.8", ""),
            ("data * tail + head", "data * tail - head"),
        ],
        3: [("4 * 5 * 1, 5 * 1", "4 + 5 + 1, 5 * 1"), (", 5 * 1", ", 4 * 5 * 1")],
    },
    "06-activation-functions": {
        1: [("o * (1 - o)", "1 - o"), ("1 - o**2", "1 - o")],
        2: [("s + z * s * (1 - s)", "s"), ("s + z * s * (1 - s)", "s * (1 - s)")],
        3: [("-p0 * p1", "p0 * p1"), ("p0 * (1 - p0)", "p0 * (1 - p1)")],
    },
    "07-gradient-descent": {
        1: [
            ("-miss * x, -miss", "miss * x, miss"),
            ("-miss * x", "-miss"),
            ("-miss * x, -miss", "-2 * miss * x, -2 * miss"),
        ],
        2: [("1 / 4", "1 / 8"), ("1 / 4", "1 / 2"), ("1 / 8", "1 / 4")],
        3: [("0.9 * v + g", "0.9 * v + 0.1 * g"), ("- rate * v, v", "- rate * g, v"), ("w - rate", "w + rate")],
    },
    "08-losses-and-metrics": {
        1: [("o - t", "t - o"), ("2 * d,", "d,"), ("max(-1.0, min(1.0, d))", "d"), ("1.0 if d > 0 else -1.0", "1.0")],
        2: [("-1 / p", "1 / p"), ("p * (1 - p)", "1"), ("-1 / p, p * (1 - p)", "p - 1, 1")],
        3: [("tp / (tp + fp), tp / (tp + fn)", "tp / (tp + fn), tp / (tp + fp)"), ("2 * precision", "precision")],
    },
    "09-training-on-two-moons": {
        1: [("    model.zero_grad()\n", ""), ("p.data -= rate", "p.data += rate"), ("rate * p.grad", "0.5 * p.grad")],
        2: [("(p - y)", "(y - p)"), (" * v", ""), (" * (1 - h**2)", " * h * (1 - h)"), ("x[1], by_z", "x[0], by_z")],
    },
    "10-under-and-overfitting": {
        1: [("((w > 0) - (w < 0))", "w"), ("2 * strength * w", "strength * w"), (" - (w < 0)", "")],
        2: [(" / (1 - p)", ""), ("(1 - p)", "p"), (" * keep", "")],
        3: [
            (">= patience", "> patience"),
            ("losses[best]", "losses[epoch - 1]"),
            ("return epoch, best", "return best, epoch"),
        ],
    },
    "11-handwritten-digits": {
        1: [("784 * 16", "28 * 16"), (" + 16 * 16", ""), ("biases = 16", "biases = 784 + 16")],
        2: [(" if h > 0", ""), ("a * b", "a"), ("a * b", "a * b * h")],
    },
    "12-from-scalars-to-matrices": {
        1: [("b[:, None]", "b"), ("np.tanh(W @ X + b[:, None])", "W @ X + b[:, None]"), ("@ X", "@ X[::-1]")],
        2: [("g_H * (1 - H * H)", "g_H"), (".sum(axis=1)", ".mean(axis=1)"), ("g_Z @ X.T", "g_Z @ X.T / 3")],
        3: [("minimum(1.0, v)", "v"), ("maximum(-1.0, minimum(1.0, v))", "minimum(-1.0, maximum(1.0, v))")],
    },
    "13-second-derivatives": {
        1: [(" * (1 - 2 * s)", ""), ("1 - 2 * s", "1 - s"), ("s * (1 - s)", "s")],
        2: [
            ("-slope / curvature", "slope / curvature"),
            (" if curvature > 0 else -0.1 * slope", ""),
            ("else -0.1", "else 0.1"),
        ],
        3: [("2 * x2 * x2", "x2 * x2"), ("2 * x1 * x2], [2 * x1 * x2", "0], [0"), ("2 * x1 * x1", "2 * x1")],
    },
    "14-a-gpt-of-scalars": {
        1: [(" / math.sqrt(len(query))", ""), ("math.exp(score)", "score"), ("zip(*values)", "zip(*keys)")],
        2: [("v * slope", "slope"), ("v * slope", "v"), ("sum(", "max(")],
    },
    "15-checking-your-homework": {
        1: [(' + via_22 * w["w3"]', ""), (' * w["w5"] * s(o22)', " * s(o22)"), ('"w5": to_z', '"w5": -to_z')],
        2: [
            ("/ 2e-5", "/ 1e-5"),
            ("1e-5 * abs(measured)", "1e-2 * abs(measured)"),
            ("abs(slope(x) - measured)", "slope(x) - measured"),
        ],
        3: [
            ("(0.5, 2.0), (-1.0, 0.3), (0.1, -0.7)", "(0.5, 1.0),"),
            ("L.backward()", "w.grad = derive(number, x)"),
            ("assert_gradient(w, derive(number, x))", "derive(number, x)"),
        ],
    },
}
