// SPDX-License-Identifier: GPL-2.0-or-later
//
// One still picture through x265: 8-bit planes in, one Annex B access unit out (VPS, SPS, PPS,
// slice). No thread is used. Compiles for WebAssembly, and natively for the comparison of speed.
//
// Settings are those of bpgenc for x265 (constant QP, intra only, no info SEI), except that the QP
// given is the QP of the slice: rc.ipFactor = 1 cancels the -3 that x265 applies to I slices.
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "primitives.h"
#include "x265.h"

using namespace X265_NS;

#ifdef BPG_SIMD
void installSimdPrimitives(EncoderPrimitives &primitives);
namespace X265_NS {
void setupCPrimitives(EncoderPrimitives &);
void setupAliasPrimitives(EncoderPrimitives &);
}
#endif

namespace {

enum Status { kPreset = -1, kOpen = -2, kEncode = -3, kMemory = -4 };

// What bpg_enc_encode is asked for; the layout is shared with encoder.ts (9 int32).
struct Settings {
    int width, height; // multiples of minCodingBlock
    int chroma;        // HEVC chroma_format_idc: 0, 1 or 3
    int qp;            // of the slice, 0..51
    int effort;        // bpgenc -m: 1 superfast ... 8 veryslow, 9 placebo
    int lossless;
    int codingTreeBlock; // 16, 32, 64
    int minCodingBlock;  // 8, 16
    int hash;            // MD5 of the decoded planes in an SEI
};

struct Stream {
    uint8_t *data;
    int length, capacity;

    bool append(const uint8_t *bytes, int count)
    {
        if (length + count > capacity) {
            const int wanted = 2 * (length + count);
            uint8_t *grown = (uint8_t *)realloc(data, wanted);
            if (!grown) return false;
            data = grown;
            capacity = wanted;
        }
        memcpy(data + length, bytes, count);
        length += count;
        return true;
    }
} stream;

void setupPrimitives()
{
#ifdef BPG_SIMD
    if (primitives.pu[0].sad) return;
    setupCPrimitives(primitives);
    // The C version of "all angles at once" is slower than angle by angle.
    for (int size = 0; size < NUM_TR_SIZE; size++) primitives.cu[size].intra_pred_allangs = NULL;
    installSimdPrimitives(primitives);
    setupAliasPrimitives(primitives);
#endif
}

bool configure(x265_param *param, const Settings &s)
{
    if (x265_param_default_preset(param, x265_preset_names[s.effort], "ssim") < 0) return false;
    param->sourceWidth = s.width;
    param->sourceHeight = s.height;
    param->sourceBitDepth = param->internalBitDepth = X265_DEPTH;
    param->internalCsp = s.chroma;
    param->bRepeatHeaders = 1;
    param->decodedPictureHashSEI = s.hash ? 1 : 0;
    param->bEmitInfoSEI = 0;
    param->logLevel = X265_LOG_NONE;
    param->fpsNum = 25;
    param->fpsDenom = 1;
    param->keyframeMax = param->totalFrames = 1;
    param->bframes = param->lookaheadDepth = param->scenecutThreshold = 0;
    param->maxCUSize = s.codingTreeBlock;
    param->minCUSize = s.minCodingBlock;
    param->maxTUSize = X265_MIN(param->maxTUSize, param->maxCUSize);
    param->rc.qgSize = X265_MIN(param->rc.qgSize, param->maxCUSize);
    // The BPG header has one transform depth for intra and inter, and says that AMP is on.
    param->tuQTMaxInterDepth = param->tuQTMaxIntraDepth;
    param->bEnableRectInter = param->bEnableAMP = 1;
    param->rc.rateControlMode = X265_RC_CQP;
    param->rc.qp = s.qp;
    param->rc.ipFactor = 1.0;
    param->bLossless = s.lossless;
    param->numaPools = "none";
    param->frameNumThreads = 1;
    param->bEnableWavefront = 0;
    return true;
}

void describe(x265_picture *picture, uint8_t *planes, const Settings &s)
{
    const int chromaWidth = s.chroma == 1 ? s.width / 2 : s.width;
    const int chromaHeight = s.chroma == 1 ? s.height / 2 : s.height;
    picture->colorSpace = s.chroma;
    picture->bitDepth = X265_DEPTH;
    picture->planes[0] = planes;
    picture->stride[0] = s.width;
    if (!s.chroma) return;
    planes += (size_t)s.width * s.height;
    picture->planes[1] = planes;
    picture->planes[2] = planes + (size_t)chromaWidth * chromaHeight;
    picture->stride[1] = picture->stride[2] = chromaWidth;
}

// Encodes the picture, then flushes: x265 delivers one call later than it is fed.
int run(x265_encoder *encoder, x265_picture *picture)
{
    for (;;) {
        x265_nal *nal;
        uint32_t count = 0;
        const int delivered = x265_encoder_encode(encoder, &nal, &count, picture, NULL);
        if (delivered < 0) return kEncode;
        for (uint32_t i = 0; delivered && i < count; i++)
            if (!stream.append(nal[i].payload, nal[i].sizeBytes)) return kMemory;
        if (!picture && !delivered) return stream.length;
        picture = NULL;
    }
}

} // namespace

extern "C" {

void *bpg_enc_alloc(int bytes) { return malloc(bytes); }
void bpg_enc_free(void *block) { free(block); }
const uint8_t *bpg_enc_stream(void) { return stream.data; }

// planes: luma, then Cb and Cr (if any), tightly packed. Returns the bytes at bpg_enc_stream(),
// or a negative Status.
int bpg_enc_encode(uint8_t *planes, const Settings *settings)
{
    stream.length = 0;
    setupPrimitives();
    x265_param *param = x265_param_alloc();
    x265_picture *picture = x265_picture_alloc();
    int result = kMemory;
    if (param && picture) {
        if (!configure(param, *settings)) {
            result = kPreset;
        } else if (x265_encoder *encoder = x265_encoder_open(param)) {
            x265_picture_init(param, picture);
            describe(picture, planes, *settings);
            result = run(encoder, picture);
            x265_encoder_close(encoder);
        } else {
            result = kOpen;
        }
    }
    x265_picture_free(picture);
    x265_param_free(param);
    return result;
}

} // extern "C"
