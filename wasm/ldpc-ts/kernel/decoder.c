/*
 * Layered offset min-sum in 8-bit saturating arithmetic: the rule is in decoder/int8_min_sum.ts,
 * its twin to the bit. Lanes are the lifting index.
 *
 *     column:   [ 0 .. Z-1 | copy of the first STEP .. ]     twice: read one, write the other
 *                 ^ lane i holds bit (i + rotation) mod Z
 *
 * A layer reads each of its columns turned by the difference to the rotation that the column was
 * left in, and writes it straight, so no store is ever unaligned or wraps. Since the other copy is
 * written, lanes beyond Z of the last step harm nobody: they repeat lanes 0, 1, ... The periodic
 * copy behind a column makes each load at p < Z whole, also where Z is below the length of a step.
 * Which copy and which turn is the same in every second iteration, so all addresses come from two
 * programs that TypeScript wrote:
 *
 *     per row:  degree, kept, kept targets, then per step: degree sources         0 at the end
 *
 * kept = degree, or degree - 1 in rows whose last column has degree one: there the channel value is
 * all that is ever read. Values wait in a scratch buffer at a fixed address between the two passes
 * over a row: engines then need few registers, and the program is what a compiler cannot improve.
 */
#include "arena.h"

enum { VECTORS = STEP / 16, MAX_DEGREE = 22 };

#define EACH for (int v = 0; v < VECTORS; v++)

static lanes scratch[MAX_DEGREE * VECTORS];

/* One row of checks: returns where the messages of the next row start. */
INLINE int8_t *layer(int degree, int kept, const int32_t *restrict program, int8_t *messages,
                     int lifting, lanes offset, lanes clip) {
  const int32_t *sources = program + kept;
  lanes zero = splat8(0), most = splat8(127);
  HIDE(zero);
  for (int i = 0; i < lifting; i += STEP, sources += degree, messages += kept * STEP) {
    lanes min1[VECTORS], min2[VECTORS], signs[VECTORS];
    EACH min1[v] = min2[v] = most, signs[v] = zero;
    UNROLL for (int e = 0; e < degree; e++) {
      const int8_t *source = AT(sources[e]);
      UNROLL EACH {
        lanes value = load(source + 16 * v);
        if (e < kept) {
          value = subtract_saturating(value, load(messages + e * STEP + 16 * v));
          scratch[e * VECTORS + v] = value;
        }
        lanes magnitude = absolute(value); /* |-128| is 128 as an unsigned number */
        signs[v] = xor(signs[v], value);
        min2[v] = min_unsigned(min2[v], max_unsigned(min1[v], magnitude));
        min1[v] = min_unsigned(min1[v], magnitude);
        DONE_HERE(min1[v], min2[v], signs[v]);
      }
    }
    /* Replies to a positive value; `change` turns the common one into that of the smallest. */
    lanes common[VECTORS], change[VECTORS];
    UNROLL EACH {
      lanes negative = greater8(zero, signs[v]);
      lanes first = min_unsigned(subtract_unsigned(min1[v], offset), clip);
      lanes second = min_unsigned(subtract_unsigned(min2[v], offset), clip);
      common[v] = subtract8(xor(first, negative), negative);
      change[v] = xor(common[v], subtract8(xor(second, negative), negative));
    }
    __asm__ volatile("" ::: "memory"); /* keeps the values in the scratch buffer */
    UNROLL for (int e = 0; e < kept; e++) {
      int8_t *target = AT(program[e] + i);
      UNROLL EACH {
        lanes value = scratch[e * VECTORS + v];
        lanes smallest = equal8(absolute(value), min1[v]);
        HIDE(smallest);
        lanes reply = xor(common[v], and(change[v], smallest));
        lanes negative = greater8(zero, value);
        reply = subtract8(xor(reply, negative), negative);
        store(messages + e * STEP + 16 * v, reply);
        store(target + 16 * v, add_saturating(value, reply));
      }
    }
  }
  UNROLL for (int e = 0; e < kept; e++) {
    int8_t *target = AT(program[e]);
    lanes head[VECTORS];
    EACH head[v] = load(target + 16 * v);
    EACH store(target + lifting + 16 * v, head[v]);
  }
  return messages;
}

/* The degrees of both base graphs (rows with a column of degree one: 3 to 10) and of 802.11n. */
#define CORE_DEGREES(X) X(7) X(8) X(10) X(11) X(14) X(15) X(19) X(20) X(21) X(22)
#define EXTENSION_DEGREES(X) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10)

#define DEFINE_CORE(degree)                                                                      \
  OUT_OF_LINE int8_t *core_row_##degree(const int32_t *p, int8_t *m, int z, lanes o, lanes c) {  \
    return layer(degree, degree, p, m, z, o, c);                                                 \
  }
#define DEFINE_EXTENSION(degree)                                                                 \
  OUT_OF_LINE int8_t *extension_row_##degree(const int32_t *p, int8_t *m, int z, lanes o,        \
                                             lanes c) {                                          \
    return layer(degree, degree - 1, p, m, z, o, c);                                             \
  }
CORE_DEGREES(DEFINE_CORE)
EXTENSION_DEGREES(DEFINE_EXTENSION)

#define CASE_CORE(degree) \
  case degree: messages = core_row_##degree(p, messages, lifting, offset, clip); break;
#define CASE_EXTENSION(degree) \
  case degree: messages = extension_row_##degree(p, messages, lifting, offset, clip); break;

static void iterate(const int32_t *p, int lifting, lanes offset, lanes clip) {
  int steps = (lifting + STEP - 1) / STEP;
  int8_t *messages = arena.messages;
  while (p[0]) {
    int degree = p[0], kept = p[1];
    p += 2;
    if (kept == degree) {
      switch (degree) { CORE_DEGREES(CASE_CORE) }
    } else {
      switch (degree) { EXTENSION_DEGREES(CASE_EXTENSION) }
    }
    p += kept + degree * steps;
  }
}

/* Whether all core checks hold. Per step of a row: degree, then the sources. */
static int checks_hold(const int32_t *p) {
  while (p[0]) {
    const int32_t *end = p + 1 + p[0];
    lanes sum[VECTORS];
    EACH sum[v] = splat8(0);
    for (p++; p < end; p++) {
      const int8_t *source = AT(*p);
      EACH sum[v] = xor(sum[v], load(source + 16 * v));
    }
    if (sign_bits(or(sum[0], sum[1]))) return 0;
  }
  return 1;
}

/* Whether no message bit has a posterior of 0; the lanes beyond Z repeat others. */
static int is_decided(const int32_t *results, int lifting, int systematic) {
  lanes undecided = splat8(0), zero = splat8(0);
  for (int c = 0; c < systematic; c++) {
    const int8_t *column = AT(results[2 * c]);
    for (int i = 0; i < lifting; i += 16) {
      undecided = or(undecided, equal8(load(column + i), zero));
    }
  }
  return !any(undecided);
}

/* Copies `count` bytes, and up to 15 more; forwards. */
INLINE void copy(int8_t *to, const int8_t *from, int count) {
  for (int i = 0; i < count; i += 16) store(to + i, load(from + i));
}

/* Channel values into the first copy of the columns, each turned as its last row leaves it. */
static void start(int lifting, int columns) {
  int stride = (lifting + STEP - 1) / STEP * STEP + STEP;
  for (int c = 0; c < columns; c++) {
    int8_t *column = arena.columns + c * stride;
    const int8_t *from = arena.channel + c * lifting;
    int turn = arena.rotations[c];
    copy(column, from + turn, lifting - turn);
    copy(column + lifting - turn, from, turn);
    if (lifting >= 16) {
      copy(column + lifting, column, stride - lifting);
    } else {
      for (int i = lifting; i < stride; i++) column[i] = column[i - lifting];
    }
  }
}

/* Signs of the systematic columns, turned back. */
static void decide(const int32_t *results, int lifting, int systematic) {
  lanes one = splat8(1), zero = splat8(0);
  HIDE(zero);
  for (int c = 0; c < systematic; c++) {
    const int8_t *column = AT(results[2 * c]);
    uint8_t *to = arena.decided + c * lifting;
    int turn = results[2 * c + 1];
    for (int i = 0; i < lifting; i += 16) {
      int at = i + turn;
      at -= at >= lifting ? lifting : 0;
      store(to + i, and(greater8(zero, load(column + at)), one));
    }
  }
}

/*
 * Decodes arena.channel into arena.decided with the programs in the arena.
 * Returns the iterations done, plus 65536 when the word converged.
 */
int ldpc_decode(int lifting, int columns, int systematic, int message_bytes, int iterations,
                int early_stop, int offset_steps, int clip_steps) {
  lanes offset = splat8(offset_steps), clip = splat8(clip_steps), zero = splat8(0);
  for (int i = 0; i < message_bytes; i += 16) store(arena.messages + i, zero);
  start(lifting, columns);
  int done = 0, converged = 0;
  while (!converged && done < iterations) {
    iterate(arena.program[done & 1], lifting, offset, clip);
    done++;
    if (early_stop || done == iterations) {
      converged = checks_hold(arena.checks[done & 1]) &&
                  is_decided(arena.results[done & 1], lifting, systematic);
    }
  }
  decide(arena.results[done & 1], lifting, systematic);
  return done | converged << 16;
}

/*
 * Scales, rounds and limits arena.soft to arena.channel, as decoder/quantise.ts does.
 * Returns 0 when a value was not finite.
 */
int ldpc_quantise(int count, float scale) {
  lanes factor = splat_float(scale), most = splat_float(127), least = splat_float(-127);
  /* Adding 1.5 * 2^23 rounds to an integer, ties to even, in the low bits of the float. */
  lanes rounder = splat_float(12582912), bias = splat32(0x4b400000);
  lanes flaw = splat8(0);
  for (int i = 0; i < count; i += 16) {
    lanes q[4];
    UNROLL for (int j = 0; j < 4; j++) {
      lanes value = load(arena.soft + i + 4 * j);
      flaw = or(flaw, subtract_float(value, value)); /* 0, but NaN where not finite */
      value = max_float(min_float(multiply_float(value, factor), most), least);
      q[j] = subtract32(add_float(value, rounder), bias);
    }
    store(arena.channel + i, narrow(q[0], q[1], q[2], q[3]));
  }
  return !any(flaw);
}
