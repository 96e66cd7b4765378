/*
 * C (+)= A B for any strides: blocks of A and B are packed into panels, a register tile of 6 x 8
 * sums runs over them.
 */
#include "gemm.h"
#include "simd.h"

int packed_rows(int rows, int depth) { return round_up(rows, PANEL_ROWS) * depth; }
int packed_columns(int depth, int columns) { return round_up(columns, PANEL_COLUMNS) * depth; }

/* Six contiguous rows: four of them are turned as 4 x 4 blocks. */
static void pack_contiguous_panel(int depth, const float *a, int row_step, float *to) {
  int p = 0;
  for (; p + 4 <= depth; p += 4, to += 4 * PANEL_ROWS) {
    Lanes r[PANEL_ROWS];
#pragma unroll
    for (int i = 0; i < PANEL_ROWS; i++) r[i] = load(a + i * row_step + p);
    Lanes ab = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
    Lanes cd = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    Lanes ef = __builtin_shufflevector(r[4], r[5], 0, 4, 1, 5);
    Lanes gh = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    Lanes ij = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    Lanes kl = __builtin_shufflevector(r[4], r[5], 2, 6, 3, 7);
    store(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
    store(to + 4, __builtin_shufflevector(ef, ab, 0, 1, 6, 7));
    store(to + 8, __builtin_shufflevector(cd, ef, 2, 3, 6, 7));
    store(to + 12, __builtin_shufflevector(gh, ij, 0, 1, 4, 5));
    store(to + 16, __builtin_shufflevector(kl, gh, 0, 1, 6, 7));
    store(to + 20, __builtin_shufflevector(ij, kl, 2, 3, 6, 7));
  }
  for (; p < depth; p++, to += PANEL_ROWS)
    for (int i = 0; i < PANEL_ROWS; i++) to[i] = a[i * row_step + p];
}

void pack_rows(int rows, int depth, const float *a, int row_step, int depth_step, float *panels) {
  for (int row = 0; row < rows; row += PANEL_ROWS, panels += PANEL_ROWS * depth) {
    const float *from = a + row * row_step;
    int there = smaller(rows - row, PANEL_ROWS);
    if (there == PANEL_ROWS && depth_step == 1) {
      pack_contiguous_panel(depth, from, row_step, panels);
      continue;
    }
    float *to = panels;
    for (int p = 0; p < depth; p++, to += PANEL_ROWS)
      for (int i = 0; i < PANEL_ROWS; i++)
        to[i] = i < there ? from[i * row_step + p * depth_step] : 0;
  }
}

void pack_columns(int depth, int columns, const float *b, int depth_step, int column_step,
                  float *panels) {
  for (int column = 0; column < columns; column += PANEL_COLUMNS) {
    const float *from = b + column * column_step;
    int there = smaller(columns - column, PANEL_COLUMNS);
    int contiguous = there == PANEL_COLUMNS && column_step == 1;
    for (int p = 0; p < depth; p++, panels += PANEL_COLUMNS) {
      const float *line = from + p * depth_step;
      if (contiguous) {
        store(panels, load(line));
        store(panels + 4, load(line + 4));
      } else {
        for (int i = 0; i < PANEL_COLUMNS; i++) panels[i] = i < there ? line[i * column_step] : 0;
      }
    }
  }
}

static void write_tile(Lanes sum[PANEL_ROWS][2], float *c, int c_step, int rows, int columns,
                       int add) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      float value = sum[i][j >> 2][j & 3];
      c[i * c_step + j] = add ? c[i * c_step + j] + value : value;
    }
}

/* One tile: panel of A (depth x 6) times panel of B (depth x 8). */
static void multiply_tile(int depth, const float *a, const float *b, float *c, int c_step, int rows,
                          int columns, int add) {
  Lanes sum[PANEL_ROWS][2];
#pragma unroll
  for (int i = 0; i < PANEL_ROWS; i++) sum[i][0] = sum[i][1] = splat(0);
  for (int p = 0; p < depth; p++, a += PANEL_ROWS, b += PANEL_COLUMNS) {
    Lanes left = load(b), right = load(b + 4);
#pragma unroll
    for (int i = 0; i < PANEL_ROWS; i++) {
      Lanes x = splat(a[i]);
      sum[i][0] = multiply_add(x, left, sum[i][0]);
      sum[i][1] = multiply_add(x, right, sum[i][1]);
    }
  }
  if (rows != PANEL_ROWS || columns != PANEL_COLUMNS) {
    write_tile(sum, c, c_step, rows, columns, add);
    return;
  }
#pragma unroll
  for (int i = 0; i < PANEL_ROWS; i++, c += c_step) {
    store(c, add ? load(c) + sum[i][0] : sum[i][0]);
    store(c + 4, add ? load(c + 4) + sum[i][1] : sum[i][1]);
  }
}

void multiply_panels(int rows, int columns, int depth, const float *a, const float *b, float *c,
                     int c_step, int add) {
  for (int column = 0; column < columns; column += PANEL_COLUMNS)
    for (int row = 0; row < rows; row += PANEL_ROWS)
      multiply_tile(depth, a + row * depth, b + column * depth, c + row * c_step + column, c_step,
                    smaller(rows - row, PANEL_ROWS), smaller(columns - column, PANEL_COLUMNS), add);
}

/* Floats of scratch that `gemm` wants. */
EXPORT(gemm_scratch) int gemm_scratch(int columns) {
  return packed_rows(ROW_BLOCK, DEPTH_BLOCK) + packed_columns(DEPTH_BLOCK, columns);
}

/* C[rows, columns] (+)= A[rows, depth] B[depth, columns], each with its own strides. */
EXPORT(gemm)
void gemm(int rows, int columns, int depth, const float *a, int a_row, int a_depth, const float *b,
          int b_depth, int b_column, float *c, int add, float *scratch) {
  float *packed_a = scratch, *packed_b = scratch + packed_rows(ROW_BLOCK, DEPTH_BLOCK);
  if (depth == 0 && !add) clear(c, rows * columns);
  for (int p = 0; p < depth; p += DEPTH_BLOCK) {
    int deep = smaller(depth - p, DEPTH_BLOCK);
    pack_columns(deep, columns, b + p * b_depth, b_depth, b_column, packed_b);
    for (int row = 0; row < rows; row += ROW_BLOCK) {
      int high = smaller(rows - row, ROW_BLOCK);
      pack_rows(high, deep, a + row * a_row + p * a_depth, a_row, a_depth, packed_a);
      multiply_panels(high, columns, deep, packed_a, packed_b, c + row * columns, columns,
                      add || p > 0);
    }
  }
}
