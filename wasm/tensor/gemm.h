/* Matrix products from packed panels: see gemm.c. */
#ifndef SEMCAST_TENSOR_GEMM_H
#define SEMCAST_TENSOR_GEMM_H

enum {
  PANEL_ROWS = 6,     /* rows of A in a panel: 6 x 8 sums fill 12 of 16 vector registers */
  PANEL_COLUMNS = 8,  /* columns of B in a panel */
  ROW_BLOCK = 96,     /* rows of A packed at a time: with DEPTH_BLOCK, 144 KiB, half a usual L2 */
  DEPTH_BLOCK = 384,  /* a panel of B of this depth is 12 KiB and stays in L1 */
};

/* Floats of packed A (rows x depth) and packed B (depth x columns). */
int packed_rows(int rows, int depth);
int packed_columns(int depth, int columns);

/* a[row * row_step + p * depth_step] -> panels of six rows, missing rows zero. */
void pack_rows(int rows, int depth, const float *a, int row_step, int depth_step, float *panels);
/* b[p * depth_step + column * column_step] -> panels of eight columns, missing columns zero. */
void pack_columns(int depth, int columns, const float *b, int depth_step, int column_step,
                  float *panels);
/* C = A B, or C += A B with `add`, for packed A and B; C has rows of c_step floats. */
void multiply_panels(int rows, int columns, int depth, const float *a, const float *b, float *c,
                     int c_step, int add);

#endif
