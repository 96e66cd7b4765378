/*
 * The kernel's memory: one fixed block, large enough for every code, so that it never grows. What
 * decides which code is at work (programs of addresses) is computed in TypeScript and written here;
 * the C code knows nothing of base graphs.
 */
#ifndef LDPC_ARENA_H
#define LDPC_ARENA_H

#include "lanes.h"

enum {
  MAX_LIFTING = 384,
  MAX_COLUMNS = 68,
  MAX_SYSTEMATIC = 22,
  MAX_ROWS = 46,
  MAX_ENTRIES = 316,
  MAX_CORE_ENTRIES = 96, /* 88 in 802.11n, 76 and 36 in the base graphs */
  STEP = 32, /* lanes per step: two vectors, so that one address serves both */
  WORD_BITS = MAX_COLUMNS * MAX_LIFTING,
  WINDOW = 32768,      /* sent bits at a time between JavaScript and the kernel */
  LINK_WINDOW = 3840,  /* sent bits at a time inside a simulated link; a multiple of 2 .. 10 and 16 */
  MAX_LEVELS = 32,
};

typedef struct {
  /* Decoder: posteriors of every column, twice; see decoder.c. */
  int8_t columns[2 * MAX_COLUMNS * (MAX_LIFTING + STEP) + STEP];
  /* Check-to-bit messages in the order of use. */
  int8_t messages[MAX_ENTRIES * MAX_LIFTING + STEP];
  /* Quantised LLRs in codeword order, and the floats they come from. */
  int8_t channel[WORD_BITS + 2 * STEP];
  float soft[WORD_BITS + STEP];
  /* Addresses for odd and even iterations; the checks of the stop rule after either. */
  int32_t program[2][2 * MAX_ROWS + MAX_ENTRIES + MAX_ENTRIES * (MAX_LIFTING / STEP) + 1];
  int32_t checks[2][(12 + MAX_CORE_ENTRIES) * (MAX_LIFTING / STEP) + 1];
  /* Per column: rotation at the start; per systematic column and parity: where it ends up. */
  int32_t rotations[MAX_COLUMNS];
  int32_t results[2][2 * MAX_SYSTEMATIC];
  /* Encoder: columns repeated twice, its steps, message and codeword, one bit a byte. */
  uint8_t turning[MAX_COLUMNS * (2 * MAX_LIFTING + STEP) + STEP];
  int32_t steps[2 * MAX_ROWS + MAX_ENTRIES + MAX_CORE_ENTRIES + 1];
  uint8_t message[MAX_SYSTEMATIC * MAX_LIFTING + 2 * STEP];
  uint8_t word[WORD_BITS + 2 * STEP];
  uint8_t decided[MAX_SYSTEMATIC * MAX_LIFTING + 2 * STEP];
  /* Link: position in the codeword of each sent bit, the bits, their LLRs. */
  uint16_t sent_from[WINDOW];
  uint8_t sent[WINDOW + STEP];
  float llrs[WINDOW + STEP];
  /* re, im interleaved: at most LINK_WINDOW symbols. */
  float symbols[2 * LINK_WINDOW + STEP];
  float levels[MAX_LEVELS];
} ldpc_arena;

extern ldpc_arena arena;

/* Addresses in programs: real ones in wasm, where that saves an addition each; else offsets. */
#ifdef __wasm__
#define AT(address) ((int8_t *)(address))
#else
#define AT(address) ((int8_t *)&arena + (address))
#endif

#endif
