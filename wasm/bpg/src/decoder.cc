// SPDX-License-Identifier: MIT
//
// One still picture through libde265, on the caller's thread.
//
// The caller hands over an Annex B stream with its parameter sets and reads the planes in place.
// libde265 conceals damage and only warns; here a warning is a failure, because a picture that
// looks like one but is not must never reach a measurement.
#include <stdint.h>
#include <stdlib.h>

#include "libde265/de265.h"

namespace {

de265_decoder_context *context;
const de265_image *picture;

// Status of bpg_dec_decode beside libde265's own codes, which are positive.
enum { kDecoded = 0, kNoPicture = -1 };

de265_error firstWarning()
{
    const de265_error warning = de265_get_warning(context);
    while (de265_get_warning(context) != DE265_OK) {
    }
    return warning;
}

de265_error decodeFirst(const uint8_t *stream, int length)
{
    de265_error error = de265_push_data(context, stream, length, 0, NULL);
    if (error == DE265_OK) error = de265_flush_data(context);
    int more = 1;
    while (error == DE265_OK && more) {
        error = de265_decode(context, &more);
        picture = de265_peek_next_picture(context);
        if (picture) break;
    }
    return error == DE265_ERROR_WAITING_FOR_INPUT_DATA ? DE265_OK : error;
}

} // namespace

extern "C" {

void *bpg_dec_alloc(int bytes) { return malloc(bytes); }
void bpg_dec_free(void *block) { free(block); }

// Frees the picture of the last call.
void bpg_dec_close(void)
{
    if (context) de265_free_decoder(context);
    context = NULL;
    picture = NULL;
}

int bpg_dec_decode(const uint8_t *stream, int length)
{
    bpg_dec_close();
    context = de265_new_decoder();
    if (!context) return DE265_ERROR_OUT_OF_MEMORY;
    de265_set_parameter_bool(context, DE265_DECODER_PARAM_BOOL_SEI_CHECK_HASH, 1);
    const de265_error error = decodeFirst(stream, length);
    if (error != DE265_OK) return error;
    const de265_error warning = firstWarning();
    if (warning != DE265_OK) return warning;
    return picture ? kDecoded : kNoPicture;
}

int bpg_dec_width(int plane) { return de265_get_image_width(picture, plane); }
int bpg_dec_height(int plane) { return de265_get_image_height(picture, plane); }
int bpg_dec_chroma(void) { return de265_get_chroma_format(picture); }
int bpg_dec_depth(int plane) { return de265_get_bits_per_pixel(picture, plane); }

const uint8_t *bpg_dec_plane(int plane)
{
    int stride;
    return de265_get_image_plane(picture, plane, &stride);
}

// Bytes from one row to the next.
int bpg_dec_stride(int plane)
{
    int stride;
    de265_get_image_plane(picture, plane, &stride);
    return stride;
}

// libde265's words for a status of bpg_dec_decode.
const char *bpg_dec_error_text(int status) { return de265_get_error_text((de265_error)status); }

} // extern "C"
