/**
 * Six scenes that are made, not downloaded: photograph-like pictures for a first run and for tests.
 *
 * They hold what photographs hold and codecs care for: occlusion at all scales, fine regular
 * texture, smooth gradients, deep shadow, points of light, text. Their power falls with spatial
 * frequency about as that of photographs does. They are not photographs: a result on them says how
 * schemes compare here, not what a paper reports on its data.
 *
 * The same bytes come out on every machine (see canvas.ts).
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../core/image.ts";
import { type RandomKey, rootKey } from "../../core/random.ts";
import { Canvas, develop } from "./builtin/canvas.ts";
import { paintFacade } from "./builtin/facade.ts";
import { paintFruit } from "./builtin/fruit.ts";
import { paintHarbour } from "./builtin/harbour.ts";
import { paintLeaves } from "./builtin/leaves.ts";
import { paintPoster } from "./builtin/poster.ts";
import { paintValley } from "./builtin/valley.ts";
import type { DataSet, ImageSource } from "./data_set.ts";

interface Scene extends ImageSize {
  readonly name: string;
  readonly paint: (canvas: Canvas, key: RandomKey) => void;
}

const SCENES: readonly Scene[] = [
  { name: "valley", width: 384, height: 256, paint: paintValley },
  { name: "facade", width: 256, height: 384, paint: paintFacade },
  { name: "fruit", width: 256, height: 256, paint: paintFruit },
  { name: "leaves", width: 384, height: 256, paint: paintLeaves },
  { name: "poster", width: 384, height: 256, paint: paintPoster },
  { name: "harbour", width: 256, height: 256, paint: paintHarbour },
];

/** The set of the built-in scenes, most ordinary first. */
export function openBuiltin(): DataSet {
  return { name: "builtin", images: SCENES.map(source) };
}

/** Makes its scene at the first load and keeps it: making takes longer than 300 kB are worth. */
function source(scene: Scene): ImageSource {
  let made: RgbImage | undefined;
  return { id: scene.name, notes: [], load: () => Promise.resolve(made ??= make(scene)) };
}

function make({ name, width, height, paint }: Scene): RgbImage {
  const key = rootKey(0).derive("builtin", name);
  const canvas = new Canvas(width, height);
  paint(canvas, key);
  return develop(canvas, key.derive("grain"));
}
