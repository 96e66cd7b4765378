/**
 * Capacity per symbol of a 2x2 channel of fast Rayleigh fading, both streams with half of the power.
 *
 * @module
 */

/**
 * Bits per symbol, half of E[log2 det(I + snr/2 H H^H)]. An eigenvalue of H H^H, whichever, has the
 * density (2 - 2 v + v^2) e^-v / 2.
 *
 * Source: Telatar, Capacity of multi-antenna Gaussian channels, 1999, theorem 2.
 *
 * @param snr 1 / N0, a ratio.
 */
export function ergodicMimoCapacity(snr: number): number {
  return integrate((v) => Math.log1p(snr * v / 2) * (2 - 2 * v + v * v) * Math.exp(-v)) /
    (2 * Math.LN2);
}

/**
 * Bits per symbol behind a linear MMSE receiver, E[log2(1 + X)]. With s = snr / 2 and the other
 * stream's power G (density G e^-G), X = s A + s B / (1 + s G): along and across that stream, A and B
 * exponential. So
 *
 *     E[ln(1 + X)] = integral of e^-z / z (1 - E[e^(-z X)]) dz
 *     1 - E[e^(-z X)] = z s / (1 + z s) (1 + E[1 / (1 + z s + s G)])
 *
 * Source of the SINR: Tse, Viswanath, Fundamentals of Wireless Communication, (8.67); of the first
 * integral: Hamdi, "Capacity of MRC on correlated Rician fading channels", 2008, lemma 1.
 *
 * @param snr 1 / N0, a ratio.
 */
export function ergodicMmseCapacity(snr: number): number {
  const s = snr / 2;
  const mean = (c: number): number => integrate((g) => g * Math.exp(-g) / (c + s * g));
  return integrate((z) => Math.exp(-z) * s / (1 + z * s) * (1 + mean(1 + z * s))) / Math.LN2;
}

/**
 * Integral over (0, infinity) of what falls like e^-x: the trapezoidal rule in ln x, which converges
 * faster than any power of its step. Relative error below 1e-10 for the integrands above.
 */
function integrate(f: (x: number) => number): number {
  const step = 1 / 16;
  let sum = 0;
  for (let t = -60; t <= 6; t += step) {
    const x = Math.exp(t);
    sum += f(x) * x;
  }
  return sum * step;
}
