// SPDX-License-Identifier: GPL-2.0-or-later
//
// The encoder as a native program, for the comparison of speed with the WebAssembly module.
//
//   native_encoder PLANES WIDTH HEIGHT CHROMA QP EFFORT
//
// reads planes (as bpg_enc_encode takes them), then encodes once per line on standard input and
// answers each with the length of the stream and the nanoseconds it took. With a seventh argument
// it writes the stream of the last encode there.
#include <chrono>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <vector>

extern "C" {
int bpg_enc_encode(uint8_t *planes, const int *settings);
const uint8_t *bpg_enc_stream(void);
}

int main(int argc, char **argv)
{
    if (argc < 7) return 2;
    const int width = atoi(argv[2]), height = atoi(argv[3]), chroma = atoi(argv[4]);
    const int settings[9] = { width, height, chroma, atoi(argv[5]), atoi(argv[6]), 0, 64, 8, 0 };
    std::vector<uint8_t> planes((size_t)width * height * 3);
    FILE *input = fopen(argv[1], "rb");
    if (!input || fread(planes.data(), 1, planes.size(), input) == 0) return 2;
    fclose(input);
    int length = 0;
    while (getchar() != EOF) {
        const auto start = std::chrono::steady_clock::now();
        length = bpg_enc_encode(planes.data(), settings);
        const auto elapsed = std::chrono::steady_clock::now() - start;
        const long long nanoseconds =
            std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
        printf("%d %lld\n", length, nanoseconds);
        fflush(stdout);
    }
    if (argc > 7 && length > 0) {
        FILE *output = fopen(argv[7], "wb");
        if (!output) return 2;
        fwrite(bpg_enc_stream(), 1, length, output);
        fclose(output);
    }
    return length > 0 ? 0 : 1;
}
