import { assert, assertEquals } from "@std/assert";
import { writeSafetensors } from "../../core/tensor/checkpoint/safetensors.ts";
import { vectorFolder } from "../../tests/vectors.ts";

const SCRIPT = new URL("./import.ts", import.meta.url).pathname;
const folder = vectorFolder("models/deepjscc/checkpoints");

async function importing(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SCRIPT, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test({
  name: "a published file becomes weights and a manifest, and the text says what was changed",
  ignore: folder === undefined,
  async fn() {
    const out = await Deno.makeTempDir();
    try {
      const file = `${folder}/cifar10_c4_snr1.pkl`;
      const { code, out: said, err } = await importing("--codec", "deepjscc", file, "--out", out);
      assertEquals([code, err], [0, ""]);
      assert(said.includes("3.01 dB") && said.includes("1.4142"), said);
      assert(said.includes(`deepjscc:checkpoint=${out}/cifar10_c4_snr1.safetensors`), said);
      const manifest = JSON.parse(await Deno.readTextFile(`${out}/cifar10_c4_snr1.json`));
      assertEquals(
        [manifest.preset, manifest.cbr, manifest.snrDb],
        ["bourtsoulatze-2019", "1/12", 4.01],
      );
      const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
      assertEquals(names, ["cifar10_c4_snr1.json", "cifar10_c4_snr1.safetensors"]);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
});

Deno.test("what cannot be imported ends with a text that names the remedy, and writes nothing", async () => {
  const out = await Deno.makeTempDir();
  try {
    const other = `${out}/other.safetensors`, text = `${out}/text.pkl`;
    const tensors = new Map([["a.weight", { shape: [1], values: new Float32Array(1) }]]);
    await Deno.writeFile(other, writeSafetensors(tensors));
    await Deno.writeTextFile(text, "no pickle");
    const to = ["--codec", "deepjscc", "--out", `${out}/to`];
    const wrong: [string[], number, string][] = [
      [[other], 2, "--codec: one of deepjscc"],
      [["--codec", "deepjsc", other], 2, 'did you mean "deepjscc"'],
      [[...to], 2, "one FILE to import"],
      [[...to, `${out}/missing.pkl`], 2, "there is no file"],
      [[...to, "--snr", "ten", other], 2, '--snr: a number in dB; got "ten"'],
      [[...to, text], 1, "no file of PyTorch"],
      [[...to, other], 1, 'it has "a.weight"'],
    ];
    const results = await Promise.all(wrong.map(([args]) => importing(...args)));
    for (const [i, { code, err }] of results.entries()) {
      assertEquals(code, wrong[i]![1], err);
      assert(err.includes(wrong[i]![2]), `"${wrong[i]![2]}" is not in ${err}`);
      assert(!err.includes("    at "), err);
    }
    assertEquals([...Deno.readDirSync(out)].length, 2);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
