/**
 * JPEG as a source coder: MozJPEG through `@jsquash/jpeg`, progressive, optimised Huffman tables,
 * whole file counted. A second source coder beside BPG, and what a new one costs.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { ImageSize, RgbImage } from "../../core/image.ts";
import type { SourceCoder, SourceCoderPlugin } from "../../core/source_coder.ts";

/** How pictures are encoded. */
export interface JpegOptions {
  subsampling: string;
}

/** JPEG at quality 100 to 1. */
export const jpegSource: SourceCoderPlugin<JpegOptions> = {
  id: "jpeg",
  title: "JPEG",
  reference: "ITU-T T.81 by MozJPEG, progressive",
  options: {
    subsampling: {
      type: "choice",
      choices: ["420", "444"],
      default: "420",
      text: "chroma format",
    },
  },
  async create({ subsampling }): Promise<SourceCoder> {
    const { decode, encode } = await import("@jsquash/jpeg");
    const chroma_subsample = subsampling === "420" ? 2 : 1;
    return {
      version: `jpeg-1 @jsquash/jpeg@1.6.0 subsampling=${subsampling}`,
      qualities: Array.from({ length: 100 }, (_, index) => 100 - index),
      async encode(image, quality): Promise<Uint8Array> {
        const options = { quality, auto_subsample: false, chroma_subsample };
        return new Uint8Array(await encode(withAlpha(image), options));
      },
      async decode(file, size): Promise<RgbImage> {
        return withoutAlpha(await decoded(decode(file.slice().buffer)), size);
      },
    };
  },
};

async function decoded(result: Promise<ImageData>): Promise<ImageData> {
  try {
    return await result;
  } catch (error) {
    throw new FormatError(`a JPEG file; got one that the decoder refuses: ${error}`);
  }
}

function withAlpha({ width, height, data }: RgbImage): ImageData {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from] as number;
    rgba[to + 1] = data[from + 1] as number;
    rgba[to + 2] = data[from + 2] as number;
  }
  return { width, height, data: rgba, colorSpace: "srgb" } as ImageData;
}

function withoutAlpha({ width, height, data }: ImageData, size: ImageSize): RgbImage {
  if (width !== size.width || height !== size.height) {
    throw new FormatError(
      `a JPEG file of ${size.width} x ${size.height}; got ${width} x ${height}`,
    );
  }
  const rgb = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + 1] as number;
    rgb[to + 2] = data[from + 2] as number;
  }
  return { width, height, data: rgb };
}
