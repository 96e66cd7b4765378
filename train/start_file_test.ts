import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../core/errors.ts";
import { writeSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { zeros } from "../core/tensor/nn/initialisers.ts";
import type { Declarations } from "../core/tensor/nn/parameters.ts";
import { readStart } from "./start_file.ts";
import { inFolder } from "./testing/photo_folder.ts";

const declarations: Declarations = {
  "encoder.weight": { shape: [2, 3, 1, 1], layout: "filter", initial: zeros },
  "encoder.bias": { shape: [2], layout: "plain", initial: zeros },
};

async function findTorch(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    try {
      const command = new Deno.Command(python, { args: ["-c", "import torch"], stderr: "null" });
      if ((await command.output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.log("skipped: no Python has PyTorch (Debian: apt install python3-torch)");
  return undefined;
}

/** What train/torch/train.py saves, for a network of one layer. */
const SAVE = `
import sys, numpy, torch
net = torch.nn.ModuleDict({"encoder": torch.nn.Conv2d(3, 2, 1)})
optimiser = torch.optim.Adam(net.parameters(), 1e-3)
net["encoder"](torch.ones(1, 3, 1, 1)).sum().backward()
optimiser.step()
average = [torch.full_like(p, i + 1.0).detach() for i, p in enumerate(net.parameters())]
torch.save({
    "net": net.state_dict(), "average": average, "optimisers": [optimiser.state_dict()],
    "snr": 10.0, "step": 1, "hours": 0.1, "best": 20.5, "torch": torch.get_rng_state(),
    "crops": numpy.random.Generator(numpy.random.PCG64(1)).bit_generator.state,
}, sys.argv[1])
`;

const python = await findTorch();

Deno.test({
  name: "a state.pt of train/torch gives its averaged weights",
  ignore: python === undefined,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/state.pt`;
      const saved = await new Deno.Command(python!, { args: ["-c", SAVE, path] }).output();
      assertEquals(saved.code, 0, new TextDecoder().decode(saved.stderr));
      const start = await readStart(await Deno.readFile(path), path, declarations);
      assertEquals(start.missing, []);
      assertEquals(start.values.get("encoder.weight"), new Float32Array(6).fill(1));
      assertEquals(start.values.get("encoder.bias"), new Float32Array(2).fill(2));
    }),
});

Deno.test("half-precision weights are read, what has another shape starts anew", async () => {
  const bytes = writeSafetensors(
    new Map([
      ["encoder.weight", {
        shape: [2, 3, 1, 1],
        values: new Float32Array(6).fill(0.5),
        dtype: "F16",
      }],
      ["encoder.bias", { shape: [3], values: new Float32Array(3) }],
    ]),
  );
  const start = await readStart(bytes, "w.safetensors", declarations);
  assertEquals(start.missing, ["encoder.bias"]);
  assertEquals(start.values.get("encoder.weight"), new Float32Array(6).fill(0.5));
});

Deno.test("a damaged file, and one of which nothing fits, are refused by name", async () => {
  const bytes = writeSafetensors(new Map([["other", { shape: [1], values: new Float32Array(1) }]]));
  await assertRejects(() => readStart(bytes, "w.safetensors", declarations), FormatError, "other");
  const cut = bytes.slice(0, -1);
  await assertRejects(() => readStart(cut, "w.safetensors", declarations), FormatError);
  await assertRejects(() => readStart(bytes, "w.pt", declarations), FormatError, "w.pt");
});
