/** Prints what an engine with the permissions of this process is. @module */
import { openTensors, tf } from "../../backend.ts";

const { packs, why } = await openTensors({ backend: "wasm" });
const sum = tf.tidy(() => tf.sum(tf.ones([2, 3])).dataSync()[0]);
console.log(JSON.stringify({ packs: packs.length, why, sum }));
