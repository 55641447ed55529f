"""Compiled least squares of the logistic curves, for a single fit or one per resample. numba only; see ``mapping``.

Variable projection (Golub and Pereyra 1973): given the curve's steepness s and shift d, the other parameters are linear
and solved in closed form, so that only (s, d) are searched, by Levenberg-Marquardt, and no sign has to be guessed.
With u = s x - d and f = 1 / (1 + exp(-u)) both curves are linear in the basis 1, (x,) f.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from benchmark.statistics.compiled import kernel

SUMS = 15
TAIL = 30.0  # |u| over all data: further out the curve is an exponential to 13 digits
LOG2E = 1.4426950408889634
LN2_HIGH = 0.693147180369123816490
LN2_LOW = 1.90821492927058770002e-10
SERIES = tuple(1.0 / factorial(k) for k in range(11, -1, -1))


@kernel(fastmath={"reassoc", "contract", "nsz", "arcp"})
def _sums(x, y, w, s, d, five, sums):  # type: ignore[no-untyped-def] # pragma: no cover
    """Weighted sums of products of b = f, q = f', p = x f' and y, as ``_solve`` needs them.

    The value at x = 0 is subtracted from each, and with five parameters the tangent there: they lie in the span of 1 (and
    x), so that no fit changes, and flat or far-off curves keep their digits. Instead of a call of exp for each value,
    exp(u) = 2**k exp(r) with |r| < ln 2 / 2 and a polynomial of degree 12: within 2 units in the last place.
    """
    at_zero = np.exp(min(max(-d, -700.0), 700.0))
    inverse_zero = 1.0 / (1.0 + at_zero)
    rise = at_zero * inverse_zero * inverse_zero
    line = rise if five else 0.0
    b_, q_, p_, bx, px, by, qy, py, bb, bq, bp, qq, qp, pp, qx = (0.0,) * 15
    for i in range(x.shape[0]):
        u = min(max(s * x[i] - d, -700.0), 700.0)
        k = np.rint(u * LOG2E)
        r = (u - k * LN2_HIGH) - k * LN2_LOW
        t = 1.0 / 479001600.0
        for factor in SERIES:
            t = t * r + factor
        power = np.int64((np.int64(k) + 1023) << 52).view(np.float64)
        at = t * power
        inverse = 1.0 / (1.0 + at)
        b = (at - at_zero) * inverse * inverse_zero - line * s * x[i]
        q = at * inverse * inverse - rise
        p = q * x[i] + (rise - line) * x[i]
        wb = w[i] * b
        wq = w[i] * q
        wp = w[i] * p
        b_ += wb
        q_ += wq
        p_ += wp
        bx += wb * x[i]
        qx += wq * x[i]
        px += wp * x[i]
        by += wb * y[i]
        qy += wq * y[i]
        py += wp * y[i]
        bb += wb * b
        bq += wb * q
        bp += wb * p
        qq += wq * q
        qp += wq * p
        pp += wp * p
    sums[0], sums[1], sums[2], sums[3], sums[4] = b_, q_, p_, bx, px
    sums[5], sums[6], sums[7], sums[8], sums[9] = by, qy, py, bb, bq
    sums[10], sums[11], sums[12], sums[13], sums[14] = bp, qq, qp, pp, qx


@kernel(fastmath={"reassoc", "contract", "nsz"})
def _still(x, y, w, still):  # type: ignore[no-untyped-def] # pragma: no cover
    """Sums that do not depend on the curve: weight, x, y, xx, xy, yy."""
    total, x_, y_ = 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        total += w[i]
        x_ += w[i] * x[i]
        y_ += w[i] * y[i]
    still[0], still[1], still[2] = total, x_, y_
    mean_x, mean_y = x_ / total, y_ / total
    xx, xy, yy = 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        dx, dy = x[i] - mean_x, y[i] - mean_y
        xx += w[i] * dx * dx
        xy += w[i] * dx * dy
        yy += w[i] * dy * dy
    still[3], still[4], still[5] = xx, xy, yy


@kernel()
def _solve(still, sums, s, d, five, state):  # type: ignore[no-untyped-def] # pragma: no cover
    """The best linear parameters, the squared error, and the normal equations of (s, d) with them projected out.

    Fills ``state``: squared error, slope of f, A_ss, A_sd, A_dd, g_s, g_d.
    """
    total, x_, y_, c_xx, c_xy, c_yy = still[0], still[1], still[2], still[3], still[4], still[5]
    b_, q_, p_, bx, px = sums[0], sums[1], sums[2], sums[3], sums[4]
    mean_x = x_ / total
    c_bx, c_qx, c_px = bx - b_ * mean_x, sums[14] - q_ * mean_x, px - p_ * mean_x
    c_by, c_qy, c_py = sums[5] - b_ * y_ / total, sums[6] - q_ * y_ / total, sums[7] - p_ * y_ / total
    c_bb, c_bq, c_bp = sums[8] - b_ * b_ / total, sums[9] - b_ * q_ / total, sums[10] - b_ * p_ / total
    c_qq, c_qp, c_pp = sums[11] - q_ * q_ / total, sums[12] - q_ * p_ / total, sums[13] - p_ * p_ / total
    if five:
        c_yy -= c_xy * c_xy / c_xx
        c_by -= c_bx * c_xy / c_xx
        c_qy -= c_qx * c_xy / c_xx
        c_py -= c_px * c_xy / c_xx
        c_bb -= c_bx * c_bx / c_xx
        c_bq -= c_bx * c_qx / c_xx
        c_bp -= c_bx * c_px / c_xx
        c_qq -= c_qx * c_qx / c_xx
        c_qp -= c_qx * c_px / c_xx
        c_pp -= c_px * c_px / c_xx
    # below this, the basis is a constant (or a line) up to rounding: nothing is left to fit
    slope = c_by / c_bb if c_bb > 1e-12 * sums[8] else 0.0
    state[0] = max(c_yy - slope * c_by, 0.0)
    state[1] = slope
    if slope == 0.0:
        for j in range(2, 7):
            state[j] = 0.0
        return
    state[2] = slope * slope * (c_pp - c_bp * c_bp / c_bb)
    state[3] = -slope * slope * (c_qp - c_bp * c_bq / c_bb)
    state[4] = slope * slope * (c_qq - c_bq * c_bq / c_bb)
    state[5] = slope * (c_py - c_bp * slope)
    state[6] = -slope * (c_qy - c_bq * slope)


@kernel()
def refine(x, y, w, s, d, lowest, highest, five, most_steps, tolerance, fitted):  # type: ignore[no-untyped-def] # pragma: no cover
    """Run Levenberg-Marquardt from one start.

    Args:
        x, y, w: (n,) standardised scores in ascending order, standardised labels, weights above zero.
        s, d: the start.
        lowest, highest: bounds of s.
        five: whether the basis has the linear term.
        most_steps: largest number of evaluations of the curve.
        tolerance: stop when a step promises less than this share of the labels' spread.
        fitted: filled with s, d, slope of f, squared error, whether it converged, weight, labels' squared spread.
    """
    still, sums = np.empty(6), np.empty(SUMS)
    now, then = np.empty(7), np.empty(7)
    _still(x, y, w, still)
    left, right = x[0], x[-1]
    s = min(max(s, lowest), highest)
    d = min(max(d, s * left - TAIL), s * right + TAIL)
    _sums(x, y, w, s, d, five, sums)
    _solve(still, sums, s, d, five, now)
    damping = 1e-3
    converged = False
    for _ in range(most_steps):
        a, b, c, g, h = now[2], now[3], now[4], now[5], now[6]
        pinned = (s <= lowest and g < 0.0) or (s >= highest and g > 0.0)
        a, c = a * (1.0 + damping), c * (1.0 + damping)
        if pinned:
            step_s, step_d = 0.0, (h / c if c > 0.0 else 0.0)
        else:
            determinant = a * c - b * b
            if determinant > 1e-14 * a * c:
                step_s, step_d = (c * g - b * h) / determinant, (a * h - b * g) / determinant
            else:
                step_s, step_d = (g / a if a > 0.0 else 0.0), 0.0
        if g * step_s + h * step_d <= tolerance * still[5] and damping <= 1.0:
            converged = True
            break
        new_s = min(max(s + step_s, lowest, s / 4.0), highest, s * 4.0)
        new_d = min(max(d + step_d, new_s * left - TAIL), new_s * right + TAIL)
        _sums(x, y, w, new_s, new_d, five, sums)
        _solve(still, sums, new_s, new_d, five, then)
        if then[0] < now[0]:
            s, d = new_s, new_d
            now, then = then, now
            damping = max(damping / 10.0, 1e-9)
        else:
            if damping > 1e6:
                converged = True
                break
            damping *= 8.0
    fitted[0], fitted[1], fitted[2], fitted[3] = s, d, now[1], now[0]
    fitted[4] = 1.0 if converged else 0.0
    fitted[5], fitted[6] = still[0], still[5]


@kernel()
def refit(counts, clusters, x, y, distinct, limit, error, with_limits, start, lowest, highest, five, fitted, of_labels):  # type: ignore[no-untyped-def] # pragma: no cover
    """Refit one column in each resample, starting from the fit of all pairs.

    Args:
        counts: (B, K) weight of each cluster in each resample.
        clusters: (n,) cluster of each pair.
        x, y: (n,) standardised scores and labels, sorted by score.
        distinct: number of distinct scores below which nothing is fitted.
        limit: (n,) error above which a pair is an outlier, standardised; NaN where unknown.
        error: (n,) standard error of each label, standardised; NaN where unknown.
        with_limits: whether errors are compared with those of the labels.
        start: steepness and shift of the fit of all pairs.
        lowest, highest, five: as for ``refine``.
        fitted: (B, 7), filled as by ``refine``; converged is 0 where nothing could be fitted.
        of_labels: (B, 2), filled with the share of outliers among pairs with a limit, and with the mean square of errors
            in standard errors of the labels.
    """
    n = x.shape[0]
    xs, ys, ws, limits, errors = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for b in range(counts.shape[0]):
        m = 0
        for i in range(n):  # written always, kept if drawn: no branch to predict
            weight = counts[b, clusters[i]]
            xs[m], ys[m], ws[m], limits[m], errors[m] = x[i], y[i], weight, limit[i], error[i]
            m += weight > 0.0
        different, levels = 1, 1
        for i in range(1, m):
            different += xs[i] != xs[i - 1]
            levels += ys[i] != ys[0]
        of_labels[b, 0] = of_labels[b, 1] = np.nan
        fitted[b, 4] = 0.0
        if m == 0 or different < distinct or levels == 1:
            continue
        refine(xs[:m], ys[:m], ws[:m], start[0], start[1], lowest, highest, five, 60, 1e-7, fitted[b])
        if with_limits:
            _compare(xs[:m], ys[:m], ws[:m], limits[:m], errors[:m], fitted[b], of_labels[b])


@kernel()
def _compare(x, y, w, limit, error, fitted, of_labels):  # type: ignore[no-untyped-def] # pragma: no cover
    """The share of errors under the four-parameter curve beyond their limits, and their mean square in ``error``."""
    curve = np.empty(x.shape[0])
    at_zero = np.exp(min(max(-fitted[1], -700.0), 700.0))
    mean, total = 0.0, 0.0
    for i in range(x.shape[0]):
        at = np.exp(min(max(fitted[0] * x[i] - fitted[1], -700.0), 700.0))
        curve[i] = fitted[2] * (at - at_zero) / (1.0 + at) / (1.0 + at_zero)
        mean += w[i] * (y[i] - curve[i])
        total += w[i]
    mean /= total
    outside, limited, square, known = 0.0, 0.0, 0.0, 0.0
    for i in range(x.shape[0]):
        off = y[i] - curve[i] - mean
        if not np.isnan(limit[i]):
            limited += w[i]
            if abs(off) > limit[i]:
                outside += w[i]
        if not np.isnan(error[i]):
            known += w[i]
            square += w[i] * (off / error[i]) ** 2
    if limited > 0.0:
        of_labels[0] = outside / limited
    if known > 0.0:
        of_labels[1] = square / known
