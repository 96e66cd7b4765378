/**
 * The ideal channel code: it carries exactly the capacity of the channel that it assumes, error
 * free, in any block length. The upper bound that "X + capacity" curves show.
 *
 * Its codewords are Gaussian, as Shannon's are; the message itself travels as the `ideal` part of
 * the transmission, and the receiver gets it if and only if the channel truly carried the rate:
 * an outage exactly when the true capacity is below the assumed one.
 *
 * @module
 */
import type { ChannelCode, ChannelCodePlugin } from "../../core/channel_code.ts";
import type { Host, Session } from "../../core/codec.ts";
import { CodecError } from "../../core/errors.ts";
import { fillNormals, type RandomKey } from "../../core/random.ts";

/** The ideal capacity-achieving code; it has no options. */
export const capacityCode: ChannelCodePlugin = {
  id: "capacity",
  title: "capacity",
  reference: "Shannon 1948: C = log2(1 + SNR) bits per complex channel use",
  options: {},
  create(session: Session, _options: object, host: Host): Promise<ChannelCode> {
    const rate = host.capacity(session.snrDb);
    return Promise.resolve({
      version: "capacity-1",
      capacityBytes: (channelUses) =>
        channelUses === 0
          ? 0
          : Math.min(Number.MAX_SAFE_INTEGER, Math.floor(channelUses * rate / 8)),
      transmit: (message, _channelUses, key) => ({
        symbols: gaussianCodeword(Math.max(1, Math.ceil(8 * message.length / rate)), key),
        ideal: message,
      }),
      receive({ genie }) {
        if (!genie) {
          throw new CodecError(
            "an ideal code needs a simulator that carries its message; got none",
          );
        }
        return Promise.resolve({ message: genie.capacity >= rate ? genie.message : null });
      },
    });
  },
};

/** f32[length, 2] of complex Gaussian symbols, scaled to unit mean power. */
function gaussianCodeword(length: number, key: RandomKey): Float32Array {
  const symbols = new Float32Array(2 * length);
  fillNormals(key.derive("codeword"), symbols);
  let energy = 0;
  for (const value of symbols) energy += value * value;
  const scale = Math.sqrt(length / energy);
  for (let part = 0; part < symbols.length; part++) {
    symbols[part] = (symbols[part] as number) * scale;
  }
  return symbols;
}
