/**
 * The BPG decoder: container and colours here, HEVC in dec.wasm (libde265).
 *
 * @module
 */
import { DataError, FormatError } from "../../core/errors.ts";
import { type BpgHeader, parseBpg } from "./container.ts";
import type { Plane } from "./chroma_interpolation.ts";
import { Engine, EngineFailure, type Instance } from "./engine.ts";
import { firstPicture, type PictureStream } from "./picture_streams.ts";
import type { OutputDepth, Raster } from "./colour.ts";
import { planesToRgb } from "./planes_to_rgb.ts";

/** A decoded picture: RGB, or RGBA when the file has straight or premultiplied alpha. */
export interface BpgPicture extends Raster {
  readonly width: number;
  readonly height: number;
  readonly header: BpgHeader;
}

export interface BpgDecodeOptions {
  /** Larger pictures are refused before anything is allocated; default 8192 x 8192. */
  readonly maxPixels?: number;
  /** Bits per output sample, default 8. */
  readonly outputDepth?: OutputDepth;
}

export interface BpgDecoder {
  /** Changes whenever a decoded picture may. */
  readonly version: string;
  /**
   * Decodes a still picture, or the first frame of an animation, to the bit as the reference
   * decoder does.
   *
   * Deviation: the reference conceals damaged slices; here they are an error.
   *
   * @throws {FormatError} When the file is damaged, or too large for the decoder's memory.
   * @throws {DataError} When it has more than `maxPixels` pixels.
   */
  decode(file: Uint8Array, options?: BpgDecodeOptions): BpgPicture;
}

const CODE_VERSION = "1";
const DEFAULT_MAX_PIXELS = 8192 * 8192;
/** Memory for a picture of about ten megapixels is kept between calls. */
const KEEP_BYTES = 128 << 20;

/** Opens the decoder; the module is compiled once per program. */
export async function openBpgDecoder(): Promise<BpgDecoder> {
  const engine = await Engine.open(new URL("./dec.wasm", import.meta.url), {
    keepBytes: KEEP_BYTES,
  });
  return {
    version: `bpg-decoder ${CODE_VERSION}-${engine.digest}`,
    decode: (file, options = {}) => decode(engine, file, options),
  };
}

function decode(engine: Engine, file: Uint8Array, options: BpgDecodeOptions): BpgPicture {
  const { maxPixels = DEFAULT_MAX_PIXELS, outputDepth = 8 } = options;
  const parsed = parseBpg(file);
  const { header } = parsed;
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw new DataError(
      `BPG: a picture of ${width} x ${height}, more than the ${maxPixels} pixels allowed (maxPixels)`,
    );
  }
  const streams = firstPicture(parsed);
  try {
    return engine.run((instance) => {
      const alpha = streams.alpha ? detached(decodePlanes(instance, streams.alpha)[0]) : null;
      const [first, cb, cr] = decodePlanes(instance, streams.colour);
      const chroma = cb && cr ? [cb, cr] as const : null;
      const raster = planesToRgb(header, { first, chroma, alpha }, outputDepth);
      instance.call("bpg_dec_close");
      return { width, height, header, ...raster };
    });
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw new FormatError(`BPG: cannot be decoded: ${error.message}`);
  }
}

/** Decodes one stream. The planes are views into the instance, valid until its next call. */
function decodePlanes(
  instance: Instance,
  stream: PictureStream,
): readonly [Plane, ...Plane[]] {
  const { annexB } = stream;
  const address = instance.call("bpg_dec_alloc", annexB.length) >>> 0;
  if (address === 0) throw new EngineFailure("no memory for the stream");
  new Uint8Array(instance.memory.buffer, address, annexB.length).set(annexB);
  const status = instance.call("bpg_dec_decode", address, annexB.length);
  instance.call("bpg_dec_free", address);
  if (status !== 0) {
    throw new FormatError(`BPG: damaged picture data: ${explain(instance, status)}`);
  }
  checkGeometry(instance, stream);
  const first = planeView(instance, stream, 0);
  return stream.chroma === 0
    ? [first]
    : [first, planeView(instance, stream, 1), planeView(instance, stream, 2)];
}

function explain(instance: Instance, status: number): string {
  if (status < 0) return "no picture in it";
  const address = instance.call("bpg_dec_error_text", status) >>> 0;
  const bytes = new Uint8Array(instance.memory.buffer, address);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)).slice());
}

function checkGeometry(instance: Instance, stream: PictureStream): void {
  const got = [
    instance.call("bpg_dec_width", 0),
    instance.call("bpg_dec_height", 0),
    instance.call("bpg_dec_chroma"),
    instance.call("bpg_dec_depth", 0),
  ].join(", ");
  const wanted = [stream.width, stream.height, stream.chroma, stream.bitDepth].join(", ");
  if (got !== wanted) {
    throw new FormatError(
      `BPG: width, height, chroma, depth of the picture are ${got}; the header says ${wanted}`,
    );
  }
}

function planeView(instance: Instance, { bitDepth }: PictureStream, index: number): Plane {
  const address = instance.call("bpg_dec_plane", index) >>> 0;
  const strideBytes = instance.call("bpg_dec_stride", index);
  const length = strideBytes * instance.call("bpg_dec_height", index);
  const { buffer } = instance.memory;
  return bitDepth > 8
    ? { samples: new Uint16Array(buffer, address, length / 2), stride: strideBytes / 2 }
    : { samples: new Uint8Array(buffer, address, length), stride: strideBytes };
}

/** A plane that outlives the next call. */
function detached({ samples, stride }: Plane): Plane {
  return { samples: samples.slice(), stride };
}
