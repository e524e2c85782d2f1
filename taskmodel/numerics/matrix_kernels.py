"""Small dense matrices in plain loops: linear equations, eigenvectors, projections."""

from __future__ import annotations

import numpy as np

from taskmodel.compiled import compiled
from taskmodel.numerics.types import Array

JACOBI_SWEEPS = 30


@compiled
def eliminate(a: Array, b: Array, n: int, columns: int) -> bool:
    """Solve a x = b in place by elimination with partial pivoting; return whether it exists."""
    for i in range(n):
        best, row = abs(a[i, i]), i
        for r in range(i + 1, n):
            if abs(a[r, i]) > best:
                best, row = abs(a[r, i]), r
        if not best > 0.0:
            return False
        if row != i:
            for c in range(i, n):
                a[i, c], a[row, c] = a[row, c], a[i, c]
            for c in range(columns):
                b[i, c], b[row, c] = b[row, c], b[i, c]
        inverse = 1.0 / a[i, i]
        for r in range(i + 1, n):
            q = a[r, i] * inverse
            if q != 0.0:
                for c in range(i + 1, n):
                    a[r, c] -= q * a[i, c]
                for c in range(columns):
                    b[r, c] -= q * b[i, c]
    for i in range(n - 1, -1, -1):
        for c in range(columns):
            total = b[i, c]
            for j in range(i + 1, n):
                total -= a[i, j] * b[j, c]
            b[i, c] = total / a[i, i]
    for i in range(n):
        for c in range(columns):
            if not abs(b[i, c]) < np.inf:
                return False
    return True


@compiled
def eigenvectors(a: Array, vectors: Array, n: int) -> None:
    """Diagonalise a symmetric matrix in place by Jacobi's rotations, and write its eigenvectors."""
    for i in range(n):
        for j in range(n):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(JACOBI_SWEEPS):
        off, diagonal = 0.0, 0.0
        for i in range(n):
            diagonal += abs(a[i, i])
            for j in range(i):
                off += abs(a[i, j])
        if not off > 1e-18 * diagonal:
            return
        for i in range(n):
            for j in range(i):
                if a[i, j] == 0.0:
                    continue
                half = 0.5 * (a[j, j] - a[i, i]) / a[i, j]
                t = (1.0 if half >= 0.0 else -1.0) / (abs(half) + np.sqrt(half * half + 1.0))
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for r in range(n):
                    a[r, i], a[r, j] = c * a[r, i] - s * a[r, j], s * a[r, i] + c * a[r, j]
                for r in range(n):
                    a[i, r], a[j, r] = c * a[i, r] - s * a[j, r], s * a[i, r] + c * a[j, r]
                for r in range(n):
                    p, q = vectors[r, i], vectors[r, j]
                    vectors[r, i], vectors[r, j] = c * p - s * q, s * p + c * q


@compiled
def project(c: Array, rows: Array, product: Array, r: int, n: int) -> None:
    """Remove one direction from both sides of a symmetric matrix, in place."""
    for _ in range(2):
        for i in range(n):
            product[i] = 0.0
            for j in range(n):
                product[i] += c[i, j] * rows[r, j]
        for i in range(n):
            for j in range(n):
                c[i, j] -= product[i] * rows[r, j]
        for i in range(n):
            for j in range(i):
                c[i, j], c[j, i] = c[j, i], c[i, j]
