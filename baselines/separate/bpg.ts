/**
 * BPG as a source coder: HEVC intra coding by x265, whole .bpg file counted.
 *
 * Deviation: the rate search runs over the slice QP 0 to 51 itself, not over bpgenc's `-q`, which
 * with x265 ends at slice QP 48 and leaves pictures without any file at low rates.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { ImageSize, RgbImage } from "../../core/image.ts";
import type { SourceCoder, SourceCoderPlugin } from "../../core/source_coder.ts";

/** How pictures are encoded. */
export interface BpgOptions {
  chroma: string;
  effort: number;
}

const QP_COUNT = 52;

/** BPG, as the field uses it: 8 bits, YCbCr BT.601 full range, 4:4:4, bpgenc's default effort. */
export const bpgSource: SourceCoderPlugin<BpgOptions> = {
  id: "bpg",
  title: "BPG",
  reference: "BPG specification 0.9.5; HEVC intra (ITU-T H.265) by x265 3.5",
  options: {
    chroma: {
      type: "choice",
      choices: ["444", "420", "gray"],
      default: "444",
      text: "chroma format",
    },
    effort: {
      type: "integer",
      min: 1,
      max: 9,
      default: 8,
      text: "bpgenc's -m: 8 is its default (x265 veryslow), 9 exhaustive, 1 fastest",
    },
  },
  async create({ chroma, effort }): Promise<SourceCoder> {
    const { openBpgDecoder, openBpgEncoder } = await import("../../wasm/bpg/mod.ts");
    const [encoder, decoder] = await Promise.all([openBpgEncoder(), openBpgDecoder()]);
    return {
      version: `bpg-1 ${encoder.version} ${decoder.version} chroma=${chroma} effort=${effort}`,
      qualities: Array.from({ length: QP_COUNT }, (_, qp) => qp),
      encode: (image, quality) =>
        Promise.resolve(
          encoder.encode(image, { quality, chroma: chroma as "444" | "420" | "gray", effort }),
        ),
      decode: (file, size) => {
        const picture = decoder.decode(file, { maxPixels: size.width * size.height });
        return Promise.resolve(rgbOf(picture, size));
      },
    };
  },
};

function rgbOf(
  picture: ImageSize & { channels: number; data: Uint8Array | Uint16Array },
  size: ImageSize,
): RgbImage {
  const { width, height, channels, data } = picture;
  if (width !== size.width || height !== size.height || channels !== 3) {
    throw new FormatError(
      `a BPG file of ${size.width} x ${size.height} RGB; got ${width} x ${height}, ${channels} channels`,
    );
  }
  if (!(data instanceof Uint8Array)) throw new FormatError("an 8-bit picture; got 16 bits");
  return { width, height, data };
}
