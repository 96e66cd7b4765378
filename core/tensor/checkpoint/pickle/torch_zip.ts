/**
 * PyTorch's zip format, written since version 1.6.
 *
 * @module
 */
import { unreadable } from "../unreadable.ts";
import type { ByteSource } from "./byte_source.ts";
import { unpickle } from "./machine.ts";
import { TorchClasses } from "./torch_classes.ts";
import type { TorchContainer } from "./torch_container.ts";
import type { TorchStorage } from "./torch_tensor.ts";
import { openZip, type ZipArchive } from "./zip.ts";
import type { ZipEntry } from "./zip_directory.ts";

/** Most bytes of `data.pkl`: 100,000 tensors take about 20 MB. */
const MAX_PICKLE_BYTES = 64 << 20;

/**
 * Opens a file in the zip format.
 *
 * @throws {FormatError} When it is damaged, is a program, or holds more than plain data and tensors.
 */
export async function openTorchZip(source: ByteSource, file: string): Promise<TorchContainer> {
  const zip = await openZip(source, file);
  const { folder, pickle } = findPickle(zip, file);
  await checkByteOrder(zip, folder, file);
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw unreadable(file, `its data.pkl has ${pickle.size} bytes; at most ${MAX_PICKLE_BYTES}`);
  }
  const bytes = await zip.read(pickle);
  const { value } = unpickle(bytes, 0, new TorchClasses(file), file);
  const record = ({ key }: TorchStorage): ZipEntry | undefined =>
    zip.entries.get(`${folder}data/${key}`);
  return {
    root: value,
    size: (storage) => record(storage)?.size,
    read: (storage, begin, end) => {
      const entry = record(storage);
      if (!entry) throw unreadable(file, `its ${storage.title} is missing`);
      return zip.read(entry, begin, end);
    },
  };
}

/** All records lie in one folder, named after the file as it was saved. */
function findPickle(zip: ZipArchive, file: string): { folder: string; pickle: ZipEntry } {
  const found = [...zip.entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = found;
  if (!pickle || found.length > 1) {
    throw unreadable(file, `a zip archive of PyTorch has one data.pkl; this has ${found.length}`);
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  if (zip.entries.has(`${folder}constants.pkl`)) {
    throw unreadable(
      file,
      "it is a TorchScript program; save the state_dict of its module instead",
    );
  }
  return { folder, pickle };
}

/** Newer versions note the byte order; older ones always wrote the machine's. */
async function checkByteOrder(zip: ZipArchive, folder: string, file: string): Promise<void> {
  const entry = zip.entries.get(`${folder}byteorder`);
  if (!entry) return;
  const order = new TextDecoder().decode(await zip.read(entry, 0, Math.min(entry.size, 16)));
  if (order !== "little") throw unreadable(file, `its byte order is ${JSON.stringify(order)}`);
}
