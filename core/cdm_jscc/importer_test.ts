import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError, OptionError } from "../errors.ts";
import { type ForeignWeights, openForeign } from "../tensor/checkpoint/importer.ts";
import { shapesOf } from "../tensor/nn/parameters.ts";
import { PAPER } from "./architecture.ts";
import { importCdmJscc } from "./importer.ts";
import { declareNetworks } from "./networks.ts";
import { runTorch, torchPython } from "./sample_python.ts";

const shapes = shapesOf(declareNetworks(PAPER));

Deno.test({
  name: "a training state of the published code is read: the running average, all of it",
  ignore: torchPython === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir(), file = `${folder}/cdm_snr10.pt`;
    try {
      await Deno.writeTextFile(`${folder}/shapes.json`, JSON.stringify(Object.fromEntries(shapes)));
      await runTorch("torch_checkpoint.py", `${folder}/shapes.json`, file);
      const foreign = await openForeign(await Deno.readFile(file), "cdm_snr10.pt");
      const { parameters, manifest, notes } = await importCdmJscc(foreign, {});
      assertEquals([...parameters.keys()], [...shapes.keys()]);
      [...parameters.values()].forEach(({ values }, index) => {
        assertEquals([values[0], values.at(-1)], [index, index + values.length - 1]);
      });
      assertEquals([manifest.preset, manifest.snrDb, manifest.cbr], ["paper", 10, "1/48"]);
      assert(notes[0]?.includes("ema.ema_model."), notes[0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Weights that are there in name only. */
function foreign(file: string, names: ReadonlyMap<string, readonly number[]>): ForeignWeights {
  return {
    file,
    shapes: names,
    floats: (name, shape = []) =>
      names.has(name)
        ? Promise.resolve(new Float32Array(shape.reduce((product, side) => product * side, 1)))
        : Promise.reject(new FormatError(`it has no tensor "${name}"`)),
  };
}

Deno.test("weights of something else are refused, and the text names what was wanted", async () => {
  const other = foreign("x.pt", new Map([["encoder.conv1.weight", [3, 3]]]));
  await assertRejects(() => importCdmJscc(other, { snrDb: 10 }), FormatError, "denoise_fn");
});

Deno.test("weights without the JSCC networks, as CDC's own, are refused by the missing name", async () => {
  const names = [...shapes].filter(([name]) => !/context_fn\.f[ed]\./.test(name));
  const cdc = foreign("cdc.pt", new Map(names));
  await assertRejects(() => importCdmJscc(cdc, { snrDb: 10 }), FormatError, "context_fn.fe.");
});

Deno.test("an import asks for the SNR where neither name nor user says it", async () => {
  const complete = foreign("model-400.pt", shapes);
  await assertRejects(() => importCdmJscc(complete, {}), OptionError, "--snr");
  assertEquals((await importCdmJscc(complete, { snrDb: 4 })).manifest.snrDb, 4);
});

Deno.test("an import into a preset of other sizes is refused", async () => {
  const complete = foreign("model-400.pt", shapes);
  await assertRejects(() => importCdmJscc(complete, { preset: "compact" }), OptionError, "paper");
});
