/* The block of memory, and how JavaScript finds its parts. */
#include "arena.h"

#include <stddef.h>

ldpc_arena arena __attribute__((aligned(64)));

void *ldpc_arena_pointer(void) { return &arena; }

/* What an address in a program counts from. */
int ldpc_address_base(void) {
#ifdef __wasm__
  return (int)&arena;
#else
  return 0;
#endif
}

/* Byte offset of a part of the arena; the order is that of memory.ts. */
int ldpc_offset(int part) {
  static const int offsets[] = {
      offsetof(ldpc_arena, columns),    offsetof(ldpc_arena, messages),
      offsetof(ldpc_arena, channel),    offsetof(ldpc_arena, soft),
      offsetof(ldpc_arena, program[0]), offsetof(ldpc_arena, program[1]),
      offsetof(ldpc_arena, checks[0]),  offsetof(ldpc_arena, checks[1]),
      offsetof(ldpc_arena, rotations),  offsetof(ldpc_arena, results[0]),
      offsetof(ldpc_arena, results[1]), offsetof(ldpc_arena, turning),
      offsetof(ldpc_arena, steps),      offsetof(ldpc_arena, message),
      offsetof(ldpc_arena, word),       offsetof(ldpc_arena, decided),
      offsetof(ldpc_arena, sent_from),  offsetof(ldpc_arena, sent),
      offsetof(ldpc_arena, llrs),       offsetof(ldpc_arena, symbols),
      offsetof(ldpc_arena, levels),     sizeof(ldpc_arena),
  };
  return offsets[part];
}
