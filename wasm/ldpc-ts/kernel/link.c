/*
 * What lies between the encoder and the decoder: bit selection, modulation, noise, demapping, rate
 * recovery, and the counting of errors, so that a whole simulated link stays inside this memory.
 */
#include "arena.h"

#include "normals.h"

static normals_stream stream;

/*
 * Message bits of a frame from Philox, sixteen bits at a time: one of each byte of a vector, which
 * gives its lower bits first. Zeros behind them.
 */
void ldpc_random_message(uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3, int bits) {
  normals_open(&stream, k0, k1, c1, c2, c3);
  lanes ones = splat8(1);
  uint32_t counter = 0;
  for (int i = 0; i < bits; counter += 4) {
    u32x4 words[4];
    normals_philox(&stream, counter, words);
    for (int w = 0; w < 4; w++) {
      for (int shift = 0; shift < 8; shift++, i += 16) {
        if (i < bits) store(arena.message + i, and((lanes)(words[w] >> shift), ones));
      }
    }
  }
  for (int i = bits; i < (int)sizeof arena.message; i++) arena.message[i] = 0;
}

/* arena.sent[0 ..] = bits of the codeword at sent_from[first ..]. */
void ldpc_select(int first, int count) {
  const uint16_t *from = arena.sent_from + first;
  uint8_t *to = arena.sent;
  for (; count > 0; count -= 8, from += 8, to += 8) { /* up to 7 more: the arena has room */
    UNROLL for (int j = 0; j < 8; j++) to[j] = arena.word[from[j]];
  }
}

/* arena.soft at sent_from[first ..] += arena.llrs[0 ..]. */
void ldpc_accumulate(int first, int count) {
  const uint16_t *to = arena.sent_from + first;
  const float *llrs = arena.llrs;
  for (; count >= 8; count -= 8, to += 8, llrs += 8) {
    UNROLL for (int j = 0; j < 8; j++) arena.soft[to[j]] += llrs[j];
  }
  for (int j = 0; j < count; j++) arena.soft[to[j]] += llrs[j];
}

/* Sets `count` values of arena.soft from `first` on. */
void ldpc_fill_soft(int first, int count, float value) {
  for (int i = first; i < first + count; i++) arena.soft[i] = value;
}

INLINE float level_of(const uint8_t *bits, int per_axis) {
  int pattern = 0;
  for (int b = 0; b < per_axis; b++) pattern = pattern << 1 | bits[2 * b];
  return arena.levels[pattern];
}

INLINE void modulate_axes(int count, int per_axis) {
  float *to = arena.symbols;
  for (const uint8_t *bits = arena.sent; bits < arena.sent + count; bits += 2 * per_axis, to += 2) {
    to[0] = level_of(bits, per_axis);
    to[1] = level_of(bits + 1, per_axis);
  }
}

/* arena.sent[0 .. count) to arena.symbols; arena.levels holds the amplitudes by bit pattern. */
void ldpc_modulate(int count, int bits_per_symbol) {
  lanes amplitude = splat_float(arena.levels[0]);
  switch (bits_per_symbol) {
    case 1:
      for (int i = 0; i < count; i++) {
        arena.symbols[2 * i] = arena.symbols[2 * i + 1] = arena.levels[arena.sent[i]];
      }
      return;
    case 2:
      for (int i = 0; i < count; i += 16) {
        lanes signs[4];
        bits_to_signs(load(arena.sent + i), signs);
        UNROLL for (int j = 0; j < 4; j++) {
          store(arena.symbols + i + 4 * j, xor(amplitude, signs[j]));
        }
      }
      return;
    case 4: modulate_axes(count, 2); return;
    case 6: modulate_axes(count, 3); return;
    case 8: modulate_axes(count, 4); return;
    case 10: modulate_axes(count, 5); return;
  }
}

/* Chooses the noise of a frame. */
void ldpc_noise_open(uint32_t k0, uint32_t k1, uint32_t c1, uint32_t c2, uint32_t c3) {
  normals_open(&stream, k0, k1, c1, c2, c3);
}

/* Adds deviation * normals[first ..] to `count` floats of arena.symbols; first is a multiple of 4. */
void ldpc_add_noise(uint32_t first, int count, float deviation) {
  lanes scale = splat_float(deviation);
  uint32_t counter = first / 4;
  for (int i = 0; i < count; i += 16, counter += 4) {
    f32x4 n[4];
    normals_in_order(&stream, counter, n);
    UNROLL for (int j = 0; j < 4; j++) {
      float *at = arena.symbols + i + 4 * j;
      store(at, add_float(load(at), multiply_float(scale, (lanes)n[j])));
    }
  }
}

/* 1, 3, 5, ... in all lanes; not const, so that no compiler makes literals of them, which engines
   would build anew at every use. */
float ldpc_odd_levels[16][4] = {
#define FOUR(a) {a, a, a, a}
    FOUR(1),  FOUR(3),  FOUR(5),  FOUR(7),  FOUR(9),  FOUR(11), FOUR(13), FOUR(15),
    FOUR(17), FOUR(19), FOUR(21), FOUR(23), FOUR(25), FOUR(27), FOUR(29), FOUR(31),
};

/* Bit 1, 2, .. of the axis pattern whose amplitude is the odd integer `level`: TS 38.211, 5.1. */
INLINE int bit_of_level(int level, int bit, int per_axis) {
  for (int b = 1; b < bit; b++) {
    level -= 1 << (per_axis - b);
    if (level < 0) level = -level;
  }
  return level > 1 << (per_axis - bit);
}

/*
 * Max-log LLRs of the axes of two symbols a step. On odd integers A the metric of a level is
 * A (2 y - A). Bits other than the sign do not see the sign of y, so |y| and positive levels do; of
 * the levels of the other sign -1 is always the nearest.
 */
INLINE void demap_axes(int count, int per_axis, float to_integers, float to_llr) {
  enum { MAX_PER_AXIS = 5 };
  const int levels = 1 << (per_axis - 1), bits_per_symbol = 2 * per_axis;
  lanes scale = splat_float(2 * to_integers), weight = splat_float(to_llr);
  lanes sign_mask = splat_float(-0.0f), one = load(ldpc_odd_levels);
  float *to = arena.llrs;
  for (int i = 0; i < 2 * count / bits_per_symbol; i += 4, to += 2 * bits_per_symbol) {
    lanes doubled = multiply_float(load(arena.symbols + i), scale);
    lanes sign = and(doubled, sign_mask);
    lanes size = xor(doubled, sign);
    lanes best[MAX_PER_AXIS][2]; /* of bits 1, 2, .. being 0 and 1 */
    UNROLL for (int level = 0; level < levels; level++) {
      lanes amplitude = load(ldpc_odd_levels[level]);
      lanes metric = multiply_float(subtract_float(size, amplitude), amplitude);
      UNROLL for (int bit = 1; bit < per_axis; bit++) {
        int value = bit_of_level(2 * level + 1, bit, per_axis), first = 1;
        for (int l = 0; l < level; l++) first &= bit_of_level(2 * l + 1, bit, per_axis) != value;
        best[bit][value] = first ? metric : max_float(best[bit][value], metric);
      }
    }
    lanes nearest = max_float(best[1][0], best[1][1]);
    lanes llr = multiply_float(add_float(nearest, add_float(size, one)), weight);
    store_low_half(to, xor(llr, sign));
    store_high_half(to + bits_per_symbol, xor(llr, sign));
    UNROLL for (int bit = 1; bit < per_axis; bit++) {
      llr = multiply_float(subtract_float(best[bit][0], best[bit][1]), weight);
      store_low_half(to + 2 * bit, llr);
      store_high_half(to + bits_per_symbol + 2 * bit, llr);
    }
  }
}

/*
 * arena.symbols to arena.llrs[0 .. count). `to_integers` scales symbols to odd integers (the root of
 * their mean power), `to_llr` is 1 / (power N0).
 */
void ldpc_demap(int count, int bits_per_symbol, float to_integers, float to_llr) {
  lanes weight = splat_float(4 * to_integers * to_llr);
  switch (bits_per_symbol) {
    case 1: /* both axes carry the bit */
      for (int i = 0; i < count; i += 4) {
        const float *at = arena.symbols + 2 * i;
        store(arena.llrs + i, multiply_float(add_pairs(load(at), load(at + 4)), weight));
      }
      return;
    case 2: /* 4 y / (integer power N0), exact */
      for (int i = 0; i < count; i += 4) {
        store(arena.llrs + i, multiply_float(load(arena.symbols + i), weight));
      }
      return;
    case 4: demap_axes(count, 2, to_integers, to_llr); return;
    case 6: demap_axes(count, 3, to_integers, to_llr); return;
    case 8: demap_axes(count, 4, to_integers, to_llr); return;
    case 10: demap_axes(count, 5, to_integers, to_llr); return;
  }
}

/* Sent bits that the sign bits of their LLRs get wrong: errors of the uncoded link. */
int ldpc_channel_errors(int count) {
  int errors = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    lanes wrong[4];
    bits_to_signs(load(arena.sent + i), wrong);
    UNROLL for (int j = 0; j < 4; j++) wrong[j] = xor(wrong[j], load(arena.llrs + i + 4 * j));
    errors += count_set(narrow(wrong[0], wrong[1], wrong[2], wrong[3]));
  }
  for (; i < count; i++) errors += (__builtin_signbitf(arena.llrs[i]) != 0) != arena.sent[i];
  return errors;
}

/* Message bits decided wrong. */
int ldpc_message_errors(int bits) {
  int same = 0, i = 0;
  for (; i + 16 <= bits; i += 16) {
    same += count_set(equal8(load(arena.decided + i), load(arena.message + i)));
  }
  int errors = i - same;
  for (; i < bits; i++) errors += arena.decided[i] != arena.message[i];
  return errors;
}
