/**
 * The native pack: convolutions, depthwise convolutions and matrix products by oneDNN, in place on
 * the heap of the tfjs wasm backend.
 *
 * @module
 */
import { isDeliberate } from "../../errors.ts";
import { type ConvolutionResult, throughPhases } from "../companion/convolution.ts";
import type { MatrixOperand, MatrixProduct } from "../companion/matrix_product.ts";
import type { Companion } from "../companion/module.ts";
import {
  type ConvolutionSizes,
  convolutionSizes,
  geometryWords,
  phasedSizes,
  suitsPhases,
  suitsWinograd,
} from "../convolution_geometry.ts";
import type { WasmHeap } from "../heap.ts";
import { input, setKernel } from "../kernels.ts";
import { type ConvolutionForm, NativeConvolution, type OneDnnEngine } from "./convolution.ts";
import { check, type OneDnn, openOneDnn } from "./library.ts";
import { Out, Workspace } from "./memory.ts";

const CPU = 1;
const IN_ORDER = 1;
/** Convolutions kept; each set of sizes is one. Beyond this all are made anew. */
const KEPT = 512;
const TRANSPOSED = "T".charCodeAt(0), AS_IT_LIES = "N".charCodeAt(0);

const DIRECT: ConvolutionForm = { algorithm: "direct", reorder: false, depthwise: false };
const REORDERED: ConvolutionForm = { algorithm: "direct", reorder: true, depthwise: false };
const WINOGRAD: ConvolutionForm = { algorithm: "winograd", reorder: true, depthwise: false };
const DEPTHWISE: ConvolutionForm = { algorithm: "direct", reorder: false, depthwise: true };

/** oneDNN on one heap. */
export class NativePack {
  readonly version: string;
  readonly #library: OneDnn;
  readonly #context: OneDnnEngine;
  readonly #convolutions = new Map<string, NativeConvolution>();
  #winograd = false;
  #threads = 0;

  /** @throws {CapabilityError} When oneDNN 2 cannot be used here; the text says why. */
  constructor(threads: number) {
    this.#library = openOneDnn();
    const { functions } = this.#library, engine = new Out(), stream = new Out();
    this.version = this.#library.version;
    this.setThreads(threads);
    check(functions.dnnl_engine_create(engine.buffer, CPU, 0n), "engine");
    check(functions.dnnl_stream_create(stream.buffer, engine.pointer, IN_ORDER), "stream");
    this.#context = {
      functions,
      engine: engine.pointer,
      stream: stream.pointer,
      workspace: new Workspace(),
    };
    this.#winograd = this.#hasWinograd();
  }

  get threads(): number {
    return this.#threads;
  }

  /** Whether this machine has oneDNN's Winograd convolutions (AVX-512). */
  get winograd(): boolean {
    return this.#winograd;
  }

  /** oneDNN fixes the number of threads when a primitive is made: all are forgotten. */
  setThreads(count: number): void {
    this.#library.setThreads(count);
    this.#threads = count;
    this.#forget();
  }

  /** The matrix product of oneDNN, for the kernels of the companion pack. */
  product(heap: WasmHeap): MatrixProduct {
    const { functions } = this.#context;
    const letter = ({ transposed }: MatrixOperand): number => transposed ? TRANSPOSED : AS_IT_LIES;
    return ({ rows, columns, depth }, a, b, c, add) => {
      const status = functions.dnnl_sgemm(
        ...[letter(a), letter(b), BigInt(rows), BigInt(columns), BigInt(depth), 1] as const,
        ...[heap.floats(a.address, rows * depth), BigInt(a.transposed ? rows : depth)] as const,
        ...[
          heap.floats(b.address, depth * columns),
          BigInt(b.transposed ? depth : columns),
        ] as const,
        ...[Number(add), heap.floats(c, rows * columns), BigInt(columns)] as const,
      );
      check(status, "matrix product");
    };
  }

  /** Registers the convolution kernels on the wasm backend. */
  install(companion: Companion): void {
    const { heap } = companion;
    const compute = (
      result: ConvolutionResult,
      sizes: ConvolutionSizes,
      tensors: Parameters<typeof throughPhases>[3],
      depthwise: boolean,
    ): void => {
      const run = (inner: typeof tensors, at: ConvolutionSizes, form: ConvolutionForm): void =>
        this.#convolution(result, at, form).run({
          x: heap.view(inner.x),
          filter: heap.view(inner.filter),
          y: heap.view(inner.y),
        });
      if (!depthwise && this.#paysPhases(result, sizes)) {
        const phased = phasedSizes(sizes), form = this.#form(result, phased, false);
        throughPhases(companion, result, sizes, tensors, (inner) => run(inner, phased, form));
      } else run(tensors, sizes, this.#form(result, sizes, depthwise));
    };
    for (const depthwise of [false, true]) {
      const name = depthwise ? "DepthwiseConv2dNative" : "Conv2D";
      setKernel("wasm", name, (inputs, attributes) => {
        const x = input(inputs, "x"), filter = input(inputs, "filter");
        const sizes = convolutionSizes(x.shape, filter.shape, attributes, depthwise);
        const y = heap.make(sizes.outShape);
        compute("y", sizes, { x, filter, y }, depthwise);
        return y;
      });
      setKernel("wasm", `${name}BackpropInput`, (inputs, attributes) => {
        const y = input(inputs, "dy"), filter = input(inputs, "filter");
        const x = heap.make(attributes.inputShape as number[]);
        const sizes = convolutionSizes(x.shape, filter.shape, attributes, depthwise);
        compute("x", sizes, { x, filter, y }, depthwise);
        return x;
      });
      setKernel("wasm", `${name}BackpropFilter`, (inputs, attributes) => {
        const x = input(inputs, "x"), y = input(inputs, "dy");
        const filter = heap.make(attributes.filterShape as number[]);
        const sizes = convolutionSizes(x.shape, filter.shape, attributes, depthwise);
        compute("filter", sizes, { x, filter, y }, depthwise);
        return filter;
      });
    }
  }

  /** Names of the implementations in use, for the description of a run. */
  implementations(): string[] {
    return [...new Set([...this.#convolutions.values()].map((c) => c.implementation))].sort();
  }

  /**
   * Space-to-depth costs 36/25 of the products and pays where Winograd then takes over; to a
   * picture's few channels also without it.
   */
  #paysPhases(result: ConvolutionResult, sizes: ConvolutionSizes): boolean {
    return this.#winograd && suitsPhases(sizes, result === "x" ? 12 : 64);
  }

  #form(result: ConvolutionResult, sizes: ConvolutionSizes, depthwise: boolean): ConvolutionForm {
    if (depthwise) return DEPTHWISE;
    if (this.#winograd && suitsWinograd(sizes)) return WINOGRAD;
    return result === "filter" ? REORDERED : DIRECT;
  }

  #convolution(
    result: ConvolutionResult,
    sizes: ConvolutionSizes,
    form: ConvolutionForm,
  ): NativeConvolution {
    const key = [result, form.algorithm, form.reorder, form.depthwise, ...geometryWords(sizes)]
      .join();
    let convolution = this.#convolutions.get(key);
    if (!convolution) {
      if (this.#convolutions.size >= KEPT) this.#forget();
      convolution = this.#make(result, sizes, form);
      this.#convolutions.set(key, convolution);
    }
    return convolution;
  }

  /** Some sizes have no Winograd form; the direct one always exists. */
  #make(
    result: ConvolutionResult,
    sizes: ConvolutionSizes,
    form: ConvolutionForm,
  ): NativeConvolution {
    try {
      return new NativeConvolution(this.#context, result, sizes, form);
    } catch (error) {
      if (!isDeliberate(error) || form.algorithm === "direct") throw error;
      const direct = result === "filter" ? REORDERED : DIRECT;
      return new NativeConvolution(this.#context, result, sizes, direct);
    }
  }

  #forget(): void {
    for (const convolution of this.#convolutions.values()) convolution.dispose();
    this.#convolutions.clear();
  }

  #hasWinograd(): boolean {
    const sizes = convolutionSizes([1, 16, 16, 16], [3, 3, 16, 16], { strides: 1, pad: "same" });
    try {
      new NativeConvolution(this.#context, "y", sizes, WINOGRAD).dispose();
      return true;
    } catch (error) {
      if (!isDeliberate(error)) throw error;
      return false;
    }
  }
}
