/**
 * Complex numbers in pairs: re, im interleaved.
 *
 * @module
 */

/** Products, one by one, of f32[k, 2] and f32[k, 2]. */
export function multiply(a: Float32Array, b: Float32Array): Float32Array {
  const products = new Float32Array(b.length);
  for (let at = 0; at < b.length; at += 2) {
    const aRe = a[at] as number, aIm = a[at + 1] as number;
    const bRe = b[at] as number, bIm = b[at + 1] as number;
    products[at] = aRe * bRe - aIm * bIm;
    products[at + 1] = aRe * bIm + aIm * bRe;
  }
  return products;
}
