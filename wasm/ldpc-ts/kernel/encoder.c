/*
 * Encoding: every parity column is the sum of turned columns before it, one bit a byte. Columns lie
 * in memory twice over, so that a turned load never wraps.
 *
 *     steps:   target, terms, then one source (column and turn as one address) per term    0 at the end
 */
#include "arena.h"

/* Copies `count` bytes, and up to 15 more; forwards. */
INLINE void copy(uint8_t *to, const uint8_t *from, int count) {
  for (int i = 0; i < count; i += 16) store(to + i, load(from + i));
}

/* Writes the second period of a column. What is copied too far is never used. */
INLINE void repeat(uint8_t *column, int lifting) {
  if (lifting >= 16) {
    copy(column + lifting, column, lifting);
  } else {
    for (int i = 0; i < lifting + STEP; i++) column[lifting + i] = column[i];
  }
}

/* arena.message (kb Z bits) to arena.word (all columns). Returns 0 when a bit was above 1. */
int ldpc_encode(int lifting, int columns, int systematic) {
  int stride = 2 * lifting + STEP;
  lanes seen = splat8(0);
  for (int i = 0; i < systematic * lifting; i += 16) seen = or(seen, load(arena.message + i));
  if (any(and(seen, splat8(0xfe)))) return 0;
  for (int c = 0; c < systematic; c++) {
    uint8_t *column = arena.turning + c * stride;
    copy(column, arena.message + c * lifting, lifting);
    repeat(column, lifting);
  }
  for (const int32_t *p = arena.steps; p[0]; p += 2 + p[1]) {
    uint8_t *target = (uint8_t *)AT(p[0]);
    int terms = p[1];
    for (int i = 0; i < lifting; i += STEP) {
      const int8_t *first = AT(p[2] + i);
      lanes low = load(first), high = load(first + 16);
      for (int term = 1; term < terms; term++) {
        const int8_t *source = AT(p[2 + term] + i);
        low = xor(low, load(source));
        high = xor(high, load(source + 16));
      }
      store(target + i, low);
      store(target + i + 16, high);
    }
    repeat(target, lifting);
  }
  for (int c = 0; c < columns; c++) {
    copy(arena.word + c * lifting, arena.turning + c * stride, lifting);
  }
  return 1;
}
