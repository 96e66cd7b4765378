/**
 * Which checkpoint a session uses: the one trained for its SNR; else the nearest, and a note says
 * so; or a file, because the user named one.
 *
 * @module
 */
import { CapabilityError, DataError, OptionError } from "../../errors.ts";
import { type Decibel, parseRatio } from "../../units.ts";
import type { CheckpointManifest } from "./manifest.ts";

/** A checkpoint that could be used. */
export interface ShelvedCheckpoint {
  /** Name of the weights file. */
  readonly file: string;
  readonly manifest: CheckpointManifest;
}

/** What a session needs. */
export interface CheckpointWish {
  readonly codec: string;
  readonly preset: string;
  readonly cbr: number;
  readonly snrDb: Decibel;
}

/** A choice, and what the result must say about it; null: nothing, it is matched. */
export interface ChosenCheckpoint<C extends ShelvedCheckpoint> {
  readonly checkpoint: C;
  readonly note: string | null;
}

/**
 * Chooses from a shelf. Of two equally near ones the one for the lower SNR is taken, so that the
 * choice does not depend on the shelf's order.
 *
 * @throws {CapabilityError} When the shelf has none of this codec, preset and CBR.
 * @throws {DataError} When it has two for the same SNR.
 */
export function chooseCheckpoint<C extends ShelvedCheckpoint>(
  shelf: readonly C[],
  wish: CheckpointWish,
): ChosenCheckpoint<C> {
  const fitting = shelf
    .filter(({ manifest }) => misfit(manifest, wish) === undefined)
    .sort((a, b) => a.manifest.snrDb - b.manifest.snrDb);
  let best = fitting[0];
  if (!best) {
    throw new CapabilityError(`${describe(wish)}: no weights; ${whatThereIs(shelf, wish)}`);
  }
  for (const [index, checkpoint] of fitting.entries()) {
    const previous = fitting[index - 1];
    if (previous?.manifest.snrDb === checkpoint.manifest.snrDb) {
      throw new DataError(
        `${describe(wish)}: two checkpoints for ${checkpoint.manifest.snrDb} dB, ` +
          `"${previous.file}" and "${checkpoint.file}"; name one of them`,
      );
    }
    if (distance(checkpoint, wish) < distance(best, wish)) best = checkpoint;
  }
  const { snrDb } = best.manifest;
  const matched = snrDb === wish.snrDb;
  return {
    checkpoint: best,
    note: matched ? null : `nearest checkpoint: ${snrDb} dB for ${wish.snrDb} dB`,
  };
}

/**
 * Takes the checkpoint that the user named, if the session can use it.
 *
 * @throws {OptionError} When it is of another codec, preset or CBR.
 */
export function useCheckpoint<C extends ShelvedCheckpoint>(
  checkpoint: C,
  wish: CheckpointWish,
): ChosenCheckpoint<C> {
  const { file, manifest } = checkpoint;
  const fault = misfit(manifest, wish);
  if (fault) throw new OptionError(`${describe(wish)}: weights "${file}" are for ${fault}`);
  const trained = manifest.snrDb === wish.snrDb
    ? ""
    : `, ${manifest.snrDb} dB for ${wish.snrDb} dB`;
  return { checkpoint, note: `checkpoint from a file: ${file}${trained}` };
}

/** What makes a checkpoint unusable, or undefined. */
function misfit(manifest: CheckpointManifest, wish: CheckpointWish): string | undefined {
  if (manifest.codec !== wish.codec) return `codec ${manifest.codec}`;
  if (manifest.preset !== wish.preset) return `preset ${manifest.preset}`;
  const cbr = parseRatio(manifest.cbr, "cbr");
  return Math.abs(cbr - wish.cbr) <= 1e-9 * wish.cbr ? undefined : `CBR ${manifest.cbr}`;
}

function distance({ manifest }: ShelvedCheckpoint, { snrDb }: CheckpointWish): number {
  return Math.abs(manifest.snrDb - snrDb);
}

function describe({ codec, preset, cbr }: CheckpointWish): string {
  const uses = 1 / cbr;
  const rounded = Math.round(uses);
  const text = Math.abs(uses - rounded) < 1e-6 * uses ? `1/${rounded}` : String(cbr);
  return `${codec}, preset ${preset}, CBR ${text}`;
}

function whatThereIs(shelf: readonly ShelvedCheckpoint[], wish: CheckpointWish): string {
  const rates = new Map<string, Decibel[]>();
  for (const { manifest: { codec, preset, cbr, snrDb } } of shelf) {
    if (codec !== wish.codec) continue;
    const rate = `preset ${preset} at CBR ${cbr}`;
    rates.set(rate, [...rates.get(rate) ?? [], snrDb]);
  }
  if (rates.size === 0) return `there are none of ${wish.codec} at all`;
  const parts = [...rates].map(([rate, snrs]) =>
    `${rate} (${snrs.sort((a, b) => a - b).join(", ")} dB)`
  );
  return `there are ${parts.join(", ")}`;
}
