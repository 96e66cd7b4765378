/**
 * Error rates over a range of SNRs.
 *
 * A point runs batches of a fixed number of blocks until, in the order of the batches, there are
 * enough errors or enough blocks. Batches that other workers finished beyond that are left out, so
 * the result depends on neither the number of workers nor their speed.
 *
 * @module
 */
import { requireInteger, requireNumber } from "../validate.ts";
import { addTallies, EMPTY_TALLY, type LinkOptions, type Tally } from "./link.ts";
import { namedCode } from "./code_name.ts";
import type { Pool } from "./pool.ts";
import { bitErrorInterval, type Interval, wilsonInterval } from "./statistics.ts";

/** What is measured. */
export interface SweepOptions extends LinkOptions {
  /** Values of the SNR in dB, in the order to be simulated. */
  readonly snrsDb: readonly number[];
  /** `ebn0`: energy per information bit; `esn0`: per complex symbol, the default. */
  readonly scale?: "ebn0" | "esn0";
  /** A point is done after this many block errors. Default 100. */
  readonly targetErrors?: number;
  /** Or after this many blocks. Default 100,000. */
  readonly maxBlocks?: number;
  /** Or after this many seconds, which makes the result depend on the machine. Default: no limit. */
  readonly maxSeconds?: number;
}

/** Why a point was done. */
export type StopReason = "errors" | "blocks" | "time";

/** One point of a curve. */
export interface Point {
  readonly ebN0Db: number;
  readonly esN0Db: number;
  readonly tally: Tally;
  /** Block error rate. */
  readonly bler: number;
  readonly blerInterval: Interval;
  /** Bit error rate of the message. */
  readonly ber: number;
  readonly berInterval: Interval;
  /** Bit error rate of the sent bits before decoding. */
  readonly channelBer: number;
  readonly meanIterations: number;
  readonly seconds: number;
  /** Information bits simulated per second, in millions, over all workers. */
  readonly megabitsPerSecond: number;
  readonly stopped: StopReason;
}

/** Sent bits in a batch, about: a few tens of milliseconds. */
const BATCH_BITS = 2 ** 20;

/**
 * Simulates the points one after the other.
 *
 * @param progress Called with the tally so far of the point at work.
 * @throws {RangeError} When an option is out of range, before anything is simulated.
 */
export async function* sweep(
  options: SweepOptions,
  pool: Pool,
  progress: (tally: Tally) => void = () => {},
): AsyncGenerator<Point> {
  const { targetErrors = 100, maxBlocks = 100_000, maxSeconds = Infinity } = options;
  requireInteger("targetErrors", targetErrors, 1, 10 ** 9);
  requireInteger("maxBlocks", maxBlocks, 1, 2 ** 32);
  requireNumber("maxSeconds", maxSeconds, 0, Infinity);
  for (const snrDb of options.snrsDb) requireNumber("SNR in dB", snrDb, -100, 100);
  const { k, n } = namedCode(options.code, options.bitsPerSymbol);
  const gap = 10 * Math.log10(k / n * options.bitsPerSymbol); // Es/N0 over Eb/N0
  for (const snrDb of options.snrsDb) {
    const esN0Db = options.scale === "ebn0" ? snrDb + gap : snrDb;
    const started = performance.now();
    const runner = new PointRunner(options, pool, {
      noiseVariance: 10 ** (-esN0Db / 10),
      batchBlocks: Math.max(1, Math.round(BATCH_BITS / n)),
      targetErrors,
      maxBlocks,
      deadline: started + 1000 * maxSeconds,
    });
    const { tally, stopped } = await runner.run(progress);
    const seconds = (performance.now() - started) / 1000;
    yield point({ tally, stopped, seconds, esN0Db, ebN0Db: esN0Db - gap, k, n });
  }
}

interface PointLimits {
  readonly noiseVariance: number;
  readonly batchBlocks: number;
  readonly targetErrors: number;
  readonly maxBlocks: number;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/** Keeps the pool busy with the batches of one point and adds them up in their order. */
class PointRunner {
  #tally = EMPTY_TALLY;
  #nextBlock = 0;

  constructor(
    private readonly options: SweepOptions,
    private readonly pool: Pool,
    private readonly limits: PointLimits,
  ) {}

  async run(progress: (tally: Tally) => void): Promise<{ tally: Tally; stopped: StopReason }> {
    const ahead: Promise<Tally>[] = [];
    for (;;) {
      while (ahead.length < this.pool.width && this.#nextBlock < this.limits.maxBlocks) {
        ahead.push(this.#startBatch());
      }
      this.#tally = addTallies(this.#tally, await (ahead.shift() as Promise<Tally>));
      progress(this.#tally);
      const stopped = this.#stopReason();
      if (stopped) {
        await Promise.all(ahead); // the pool is free again for the next point
        return { tally: this.#tally, stopped };
      }
    }
  }

  #startBatch(): Promise<Tally> {
    const { noiseVariance, batchBlocks, maxBlocks } = this.limits;
    const firstBlock = this.#nextBlock;
    const blocks = Math.min(batchBlocks, maxBlocks - firstBlock);
    this.#nextBlock += blocks;
    const { code, bitsPerSymbol, demapper = "max-log", decoder = {}, seed } = this.options;
    const link: LinkOptions = { code, bitsPerSymbol, demapper, decoder, seed };
    return this.pool.run({ link, noiseVariance, firstBlock, blocks });
  }

  #stopReason(): StopReason | undefined {
    if (this.#tally.blockErrors >= this.limits.targetErrors) return "errors";
    if (this.#tally.blocks >= this.limits.maxBlocks) return "blocks";
    return performance.now() >= this.limits.deadline ? "time" : undefined;
  }
}

interface PointMeasurement {
  readonly tally: Tally;
  readonly stopped: StopReason;
  readonly seconds: number;
  readonly esN0Db: number;
  readonly ebN0Db: number;
  readonly k: number;
  readonly n: number;
}

function point({ tally, stopped, seconds, esN0Db, ebN0Db, k, n }: PointMeasurement): Point {
  const { blocks, blockErrors, bitErrors, iterations, channelBitErrors } = tally;
  return {
    ebN0Db,
    esN0Db,
    tally,
    bler: blockErrors / blocks,
    blerInterval: wilsonInterval(blockErrors, blocks),
    ber: bitErrors / (blocks * k),
    berInterval: bitErrorInterval(tally, k),
    channelBer: channelBitErrors / (blocks * n),
    meanIterations: iterations / blocks,
    seconds,
    megabitsPerSecond: blocks * k / seconds / 1e6,
    stopped,
  };
}
