import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sha256 } from "../../core/digest.ts";
import { DataError, OptionError } from "../../core/errors.ts";
import type { PublishedFile } from "../data/download.ts";
import { DownloadProgress } from "./assets_progress.ts";
import { KODAK_FILES } from "../data/kodak.ts";
import { type Asset, ASSETS, type Conversion } from "./asset_list.ts";
import { fetchAsset, readBase } from "./assets.ts";

type Answer = (request: Request, body: Uint8Array<ArrayBuffer>) => Response;

/** A server that gives ranges, as most do. */
const withRanges: Answer = (request, body) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  if (from === 0) return new Response(body);
  return new Response(body.subarray(from), {
    status: 206,
    headers: { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` },
  });
};

/** One that breaks the connection after a third of what it should send. */
const breaking: Answer = (request, body) => {
  const whole = withRanges(request, body);
  const from = Number(/^bytes (\d+)/.exec(whole.headers.get("content-range") ?? "")?.[1] ?? 0);
  const some = body.subarray(from, from + Math.ceil(body.length / 3));
  return new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(some),
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 5)); // the chunk is sent first
        controller.error(new Error("cable pulled"));
      },
    }),
    { status: whole.status, headers: whole.headers },
  );
};

const contents: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "a.bin": Uint8Array.from({ length: 50_000 }, (_, at) => at * at >> 3),
  "b.bin": Uint8Array.from({ length: 100 }, (_, at) => at),
};
const files: PublishedFile[] = await Promise.all(
  Object.entries(contents).map(async ([name, content]) => ({
    name,
    bytes: content.length,
    sha256: await sha256(content),
  })),
);
const asset: Asset = { id: "test", text: "for tests", address: "http://none/", files };
const QUICK = { pausesMs: [1, 1, 1] };

interface Bench {
  readonly folder: string;
  readonly base: URL;
  /** "a.bin", or "a.bin bytes=10-" when a range was asked for. */
  readonly requests: string[];
}

/** Runs a check beside a server of this machine, in a folder of its own. */
async function withServer(answer: Answer, check: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const requests: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response(null) },
    (request) => {
      const name = new URL(request.url).pathname.split("/").pop() ?? "";
      requests.push([name, request.headers.get("range") ?? ""].join(" ").trim());
      const body = contents[name];
      return body ? answer(request, body) : new Response("no", { status: 404 });
    },
  );
  try {
    const base = new URL(`http://127.0.0.1:${server.addr.port}/pictures/`);
    await check({ folder, base, requests });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertComplete(folder: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  assertEquals(names, Object.keys(contents));
  for (const [name, content] of Object.entries(contents)) {
    assertEquals(await Deno.readFile(`${folder}/${name}`), new Uint8Array(content));
  }
}

Deno.test("all files of an asset are fetched once and found the next time", async () => {
  await withServer(withRanges, async ({ folder, base, requests }) => {
    const inner = `${folder}/made/on/demand`;
    assertEquals(await fetchAsset({ asset, base, folder: inner }, undefined, QUICK), 2);
    await assertComplete(inner);
    assertEquals(await fetchAsset({ asset, base, folder: inner }, undefined, QUICK), 0);
    assertEquals(requests, ["a.bin", "b.bin"]);
  });
});

Deno.test("a download that was cut goes on where it ended", async () => {
  await withServer(withRanges, async ({ folder, base, requests }) => {
    const start = contents["a.bin"]?.subarray(0, 12_345) ?? new Uint8Array(0);
    await Deno.writeFile(`${folder}/a.bin.part`, start);
    assertEquals(await fetchAsset({ asset, base, folder }, undefined, QUICK), 2);
    await assertComplete(folder);
    assertEquals(requests, ["a.bin bytes=12345-", "b.bin"]);
  });
});

Deno.test("a connection that breaks is taken up again, each time a little further", async () => {
  await withServer(breaking, async ({ folder, base, requests }) => {
    assertEquals(await fetchAsset({ asset, base, folder }, undefined, QUICK), 2);
    await assertComplete(folder);
    const resumed = requests.filter((request) => request.startsWith("a.bin bytes="));
    assert(resumed.length >= 2, requests.join("; "));
  });
});

Deno.test("when it stays broken, the text says so and what has come is kept", async () => {
  await withServer(breaking, async ({ folder, base }) => {
    await assertRejects(
      () => fetchAsset({ asset, base, folder }, undefined, { pausesMs: [] }),
      DataError,
      "run this again to go on",
    );
    const { size } = await Deno.stat(`${folder}/a.bin.part`);
    assert(size > 0 && size < 50_000);
  });
});

Deno.test("a server without ranges sends the file from the start", async () => {
  await withServer((_, body) => new Response(body), async ({ folder, base }) => {
    await Deno.writeFile(`${folder}/a.bin.part`, new Uint8Array(9000).fill(7));
    await fetchAsset({ asset, base, folder }, undefined, QUICK);
    await assertComplete(folder);
  });
});

Deno.test("a part that is longer than the file, or of another one, does not spoil it", async () => {
  await withServer(withRanges, async ({ folder, base }) => {
    await Deno.writeFile(`${folder}/a.bin.part`, new Uint8Array(60_000));
    await fetchAsset({ asset, base, folder }, undefined, QUICK);
    await assertComplete(folder);
  });
  await withServer(withRanges, async ({ folder, base }) => {
    await Deno.writeFile(`${folder}/a.bin.part`, new Uint8Array(10).fill(1));
    const run = (): Promise<number> => fetchAsset({ asset, base, folder }, undefined, QUICK);
    await assertRejects(run, DataError, "its SHA-256 is another");
    await run(); // the wrong part was thrown away
    await assertComplete(folder);
  });
});

Deno.test("a file with another checksum is refused and nothing of it stays", async () => {
  const wrong: Answer = (_, body) => new Response(body.map((byte) => byte ^ 1));
  await withServer(wrong, async ({ folder, base }) => {
    await assertRejects(
      () => fetchAsset({ asset, base, folder }, undefined, QUICK),
      DataError,
      '"a.bin" from ' + base,
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("a server that sends without end is stopped at the size of the file", async () => {
  const endless: Answer = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4096)) }),
    );
  await withServer(endless, async ({ folder, base }) => {
    await assertRejects(
      () => fetchAsset({ asset, base, folder }, undefined, QUICK),
      DataError,
      "more than its 50000 bytes",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("a server that falls silent is given up", async () => {
  const silent: Answer = () =>
    new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
  await withServer(silent, async ({ folder, base }) => {
    await assertRejects(
      () => fetchAsset({ asset, base, folder }, undefined, { pausesMs: [], silentMs: 50 }),
      DataError,
      "silent for 0.05 s",
    );
  });
});

Deno.test("an answer such as 404 is named and not asked for again; 503 is", async () => {
  await withServer(
    () => new Response(null, { status: 404 }),
    async ({ folder, base, requests }) => {
      await assertRejects(
        () => fetchAsset({ asset, base, folder }, undefined, QUICK),
        DataError,
        "the server answered 404 Not Found",
      );
      assertEquals(requests.length, 1);
    },
  );
  let calls = 0;
  const busy: Answer = (_, body) =>
    ++calls < 3 ? new Response(null, { status: 503 }) : new Response(body);
  await withServer(busy, async ({ folder, base }) => {
    await fetchAsset({ asset, base, folder }, undefined, QUICK);
    await assertComplete(folder);
  });
});

Deno.test("a file of the user's own with a published name is left alone", async () => {
  await withServer(withRanges, async ({ folder, base, requests }) => {
    await Deno.writeTextFile(`${folder}/a.bin`, "mine");
    await assertRejects(
      () => fetchAsset({ asset, base, folder }, undefined, QUICK),
      DataError,
      "move it away",
    );
    assertEquals(await Deno.readTextFile(`${folder}/a.bin`), "mine");
    assertEquals(requests, []);
  });
});

Deno.test("--from takes http and https addresses, with or without the last slash", () => {
  assertEquals(readBase("https://host/a").href, "https://host/a/");
  assertEquals(readBase("http://host/a/").href, "http://host/a/");
  for (const text of ["", "kodak", "file:///tmp/", "ftp://host/"]) {
    assertThrows(() => readBase(text), OptionError, `got "${text}"`);
  }
});

function recorder(terminal: boolean): { text: string; now: number; progress: DownloadProgress } {
  const record = { text: "", now: 0 };
  const view = {
    terminal,
    size: () => ({ columns: 60, rows: 24 }),
    write: (text: string) => void (record.text += text),
  };
  const total = { label: "kodak", files: 2, bytes: 4_000_000 };
  return Object.assign(record, { progress: new DownloadProgress(total, view, () => record.now) });
}

Deno.test("a terminal gets a bar that is drawn over, never wider than the terminal", () => {
  const record = recorder(true);
  record.progress.receive(500_000);
  record.now = 1000;
  record.progress.receive(1_000_000);
  record.progress.complete(2_000_000, "fetched");
  record.now = 2000;
  record.progress.finish();
  const lines = record.text.split("\r\x1b[K").slice(1);
  assertEquals(
    lines.map((line) => line.trimEnd()),
    [
      "kodak ██░░░░░░░░░░░░░░░░░░  12 %  0/2 files  0.5 of 4.0 MB",
      "kodak █████░░░░░░░░░░░░░░░  25 %  0/2 files  1.0 of 4.0 MB",
      "kodak ██████████░░░░░░░░░░  50 %  1/2 files  2.0 of 4.0 MB",
    ].map((line) => line.slice(0, 59)),
  );
  assert(record.text.endsWith("\n"));
});

Deno.test("elsewhere there is a plain line at most every ten seconds, with the time left", () => {
  const record = recorder(false);
  for (record.now = 1000; record.now <= 25_000; record.now += 1000) {
    record.progress.receive(record.now * 100);
  }
  record.now = 40_000;
  record.progress.complete(2_000_000, "fetched");
  record.progress.complete(2_000_000, "present");
  record.progress.finish();
  assertEquals(record.text.split("\n"), [
    "kodak: 0/2 files  1.0 of 4.0 MB  0.1 MB/s, 30 s left",
    "kodak: 0/2 files  2.0 of 4.0 MB  0.1 MB/s, 20 s left",
    "kodak: 2/2 files  4.0 of 4.0 MB  0.1 MB/s",
    "",
  ]);
});

async function command(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const script = new URL("./assets.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("the command lists what there is and refuses what it does not know", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env = { SEMCAST_ASSETS: folder };
    const list = await command([], env);
    assertEquals(list.code, 0);
    assert(list.out.includes(`0 of 24 files in ${folder}/kodak`), list.out);
    const unknown = await command(["kodac"], env);
    assertEquals([unknown.code, unknown.out], [2, ""]);
    assert(
      unknown.err.startsWith('error: unknown asset "kodac", did you mean "kodak"; known: kodak, '),
      unknown.err,
    );
    assert(list.out.includes(`0 of 2 files in ${folder}/weights`), list.out);
    const wrong = await command(["kodak", "--from", "nowhere"], env);
    assertEquals(wrong.code, 2);
    assert((await command(["--help"], env)).out.includes("--from URL"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const published = `${
  Deno.env.get("SEMCAST_ASSETS") ?? new URL("../../../shared/assets", import.meta.url).pathname
}/kodak`;
const atHand = await Deno.stat(`${published}/kodim01.png`).then(() => true, () => false);
if (!atHand) console.log(`skipped: no pictures in ${published} (set SEMCAST_ASSETS)`);

Deno.test({
  name: "the command fetches the whole Kodak suite from a mirror, with checksums",
  ignore: !atHand,
  async fn(): Promise<void> {
    const folder = await Deno.makeTempDir();
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      async (request) => {
        const name = new URL(request.url).pathname.split("/").pop() ?? "";
        return new Response(await Deno.readFile(`${published}/${name}`));
      },
    );
    try {
      const from = `http://127.0.0.1:${server.addr.port}`;
      const env = { SEMCAST_ASSETS: folder };
      const first = await command(["kodak", "--from", from], env);
      assertEquals([first.code, first.out], [
        0,
        `kodak: 24 files in ${folder}/kodak (24 fetched now)\n`,
      ]);
      assert(first.err.includes("24/24 files  15.4 of 15.4 MB"), first.err);
      const again = await command(["kodak", "--from", from, "--quiet"], env);
      assertEquals(again, { code: 0, out: "", err: "" });
      assertEquals(
        (await Array.fromAsync(Deno.readDir(`${folder}/kodak`))).length,
        KODAK_FILES.length,
      );
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a file with only the first digits of a checksum is fetched, resumed and checked", () =>
  withServer(withRanges, async ({ folder, base, requests }) => {
    const [whole] = files as [PublishedFile];
    const wanted = { name: "a.bin", about: 49_000, sha256: whole.sha256!.slice(0, 8) };
    const partial: Asset = { ...asset, files: [wanted] };
    await Deno.writeFile(`${folder}/a.bin.part`, contents["a.bin"]!.subarray(0, 20_000));
    assertEquals(await fetchAsset({ asset: partial, base, folder }, undefined, QUICK), 1);
    assertEquals(requests, ["a.bin bytes=20000-"]);
    assertEquals(await Deno.readFile(`${folder}/a.bin`), new Uint8Array(contents["a.bin"]!));
    assertEquals(await fetchAsset({ asset: partial, base, folder }, undefined, QUICK), 0);
    const other: Asset = { ...asset, files: [{ ...wanted, name: "b.bin" }] };
    await assertRejects(
      () => fetchAsset({ asset: other, base, folder }, undefined, QUICK),
      DataError,
      "is not the published file",
    );
  }));

Deno.test("a connection that breaks is noticed also where the size is not published", () =>
  withServer(breaking, async ({ folder, base }) => {
    const unsized: Asset = { ...asset, files: [{ name: "a.bin", sha256: files[0]!.sha256! }] };
    await fetchAsset({ asset: unsized, base, folder }, undefined, QUICK);
    assertEquals(await Deno.readFile(`${folder}/a.bin`), new Uint8Array(contents["a.bin"]!));
    await new Promise((resolve) => setTimeout(resolve, 50)); // the server's last timer
  }));

Deno.test("what is made of files stands alone, is checked, and is not made twice", () =>
  withServer(withRanges, async ({ folder, base, requests }) => {
    const joined = Uint8Array.from([...contents["b.bin"]!, ...contents["a.bin"]!]);
    const makes: Conversion = {
      name: "joined.bin",
      sha256: await sha256(joined),
      convert: async (read) => Uint8Array.from([...await read("b.bin"), ...await read("a.bin")]),
    };
    const made: Asset = { ...asset, makes };
    assertEquals(await fetchAsset({ asset: made, base, folder }, undefined, QUICK), 2);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(names, ["joined.bin"]);
    assertEquals(await Deno.readFile(`${folder}/joined.bin`), joined);
    assertEquals(await fetchAsset({ asset: made, base, folder }, undefined, QUICK), 0);
    assertEquals(requests.length, 2);
    const wrong: Asset = { ...asset, makes: { ...makes, name: "other.bin", sha256: "0" } };
    await assertRejects(
      () => fetchAsset({ asset: wrong, base, folder }, undefined, QUICK),
      DataError,
      "another SHA-256 than it should",
    );
  }));

Deno.test("every asset has checksums, of its files or of what is made of them", () => {
  for (const { id, address, files, makes } of ASSETS) {
    assert(URL.canParse(address) && address.endsWith("/"), id);
    for (const { name, sha256, remote } of files) {
      assert(
        sha256 === undefined ? makes?.sha256 : /^[0-9a-f]{8,64}$/.test(sha256),
        `${id} ${name}`,
      );
      const carried = /-([0-9a-f]{8})\.pth$/.exec(name)?.[1];
      assert(carried === undefined || sha256?.startsWith(carried), name);
      assert(remote === undefined || URL.canParse(remote, address), name);
    }
  }
});
