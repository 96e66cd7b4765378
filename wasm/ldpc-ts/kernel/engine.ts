import { typescriptEngine } from "../decoder/engine.ts";
export const engine = typescriptEngine;
