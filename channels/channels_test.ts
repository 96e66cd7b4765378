/** What holds for every channel. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CodecError, OptionError } from "../core/errors.ts";
import { parseOptions } from "../core/options.ts";
import { fillNormals, rootKey } from "../core/random.ts";
import { channels } from "./mod.ts";

const symbols = new Float32Array(2000);
fillNormals(rootKey(1), symbols);

for (const plugin of channels) {
  const channel = plugin.create(parseOptions(plugin.options, {}, plugin.id));

  Deno.test(`${plugin.id}: the key alone decides, and the input stays as it was`, () => {
    const before = symbols.slice();
    const first = channel.transmit(symbols, 3, rootKey(2));
    assertEquals(channel.transmit(symbols, 3, rootKey(2)), first);
    assertEquals(symbols, before);
    assert(first.symbols.buffer !== symbols.buffer, "the output is the input's own memory");
    assertEquals(first.symbols.length, symbols.length);
    assertEquals(first.gains?.length ?? symbols.length, symbols.length);
  });

  Deno.test(`${plugin.id}: a picture of no symbols passes`, () => {
    assertEquals(channel.transmit(new Float32Array(0), 3, rootKey(2)).symbols.length, 0);
  });

  Deno.test(`${plugin.id}: an SNR that is absurd or no number is refused`, () => {
    for (const snrDb of [NaN, Infinity, -Infinity, 201, -1e9]) {
      assertThrows(() => channel.transmit(symbols, snrDb, rootKey(2)), OptionError, `got ${snrDb}`);
      assertThrows(() => channel.capacity(snrDb, null), OptionError, `got ${snrDb}`);
    }
    for (const snrDb of [-200, 200]) {
      assert(channel.transmit(symbols, snrDb, rootKey(2)).symbols.every(Number.isFinite));
      assert(channel.capacity(snrDb, null) > 0);
    }
  });

  Deno.test(`${plugin.id}: half a symbol is refused`, () => {
    const odd = (): unknown => channel.transmit(new Float32Array(3), 3, rootKey(2));
    assertThrows(odd, CodecError, "re and im interleaved; got 3 values");
  });
}
