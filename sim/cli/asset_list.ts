/**
 * What `deno task assets` can fetch: where it is published, its checksums, and what is made of it.
 *
 * @module
 */
import { Registry } from "../../core/registry.ts";
import type { PublishedFile } from "../data/download.ts";
import { KODAK_FILES } from "../data/kodak.ts";
import { GOOGLENET_CLASSIFIER, GOOGLENET_LAYERS } from "../metrics/networks/googlenet_layers.ts";

/** Something that can be fetched. */
export interface Asset {
  /** As on the command line. */
  readonly id: string;
  /** What it is, and under which terms. */
  readonly text: string;
  /** Folder of the assets in which it lies; absent: its id. */
  readonly folder?: string;
  /** Where it is published: a folder, ending in a slash. */
  readonly address: string;
  readonly files: readonly PublishedFile[];
  /** The one file that is made of those, which are then removed; absent: they stay as they are. */
  readonly makes?: Conversion;
}

/** From published files to a file of ours. */
export interface Conversion {
  readonly name: string;
  /** SHA-256 of what is made; absent where the published files have checksums of their own. */
  readonly sha256?: string;
  /** @param read Gives a published file by its name. */
  convert(
    read: (name: string) => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

const TORCHVISION = "https://download.pytorch.org/models/";
const PERCEPTUAL_SIMILARITY =
  "https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/082bb24f84c091ea94de2867d34c4544f68e0963/lpips/weights/v0.1/";

/** A file of torchvision, whose name carries the first digits of its checksum. */
function torchvision(name: string, about: number): PublishedFile {
  return { name, about, sha256: /-([0-9a-f]{8})\.pth$/.exec(name)?.[1] as string };
}

function tapWeights(network: string, sha256: string): PublishedFile {
  const name = `lpips_v0.1_${network}.pth`;
  return { name, about: 1e4, sha256, remote: `${PERCEPTUAL_SIMILARITY}${network}.pth` };
}

const ALEXNET = torchvision("alexnet-owt-7be5be79.pth", 244e6);
const VGG16 = torchvision("vgg16-397923af.pth", 553e6);
const SQUEEZENET = torchvision("squeezenet1_1-b8a52dc0.pth", 5e6);

const GOOGLENET_ADDRESS =
  "https://raw.githubusercontent.com/chaosmail/caffejs/424d98682b50dd88d0b8cca401c66855709bd013/models/bvlc_googlenet/weights/";
const MOBILENET_ADDRESS =
  "https://raw.githubusercontent.com/google-coral/test_data/104342d2d3480b3e66203073dac24f4e2dbb4c41/";
const MOBILENET_FILE = "tf2_mobilenet_v2_1.0_224_ptq.tflite";

/** Two files a layer: filter and bias, raw float32. */
function googlenetFiles(): PublishedFile[] {
  return [...GOOGLENET_LAYERS, GOOGLENET_CLASSIFIER].flatMap(({ name, shape }) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const file = (kind: string, values: number): PublishedFile => ({
      name: `${name.replace("/", "_")}_${kind}.bin`,
      bytes: 4 * values,
      remote: `${name}_${kind}.bin`,
    });
    return [file("filter", count), file("bias", shape[0])];
  });
}

const ALL: readonly Asset[] = [
  {
    id: "kodak",
    text: "Kodak Lossless True Color Image Suite, 24 pictures, released for unrestricted use",
    address: "https://r0k.us/graphics/kodak/kodak/",
    files: KODAK_FILES,
  },
  {
    id: "lpips-alex",
    text: "LPIPS-Alex: AlexNet of torchvision (BSD-3-Clause), LPIPS 0.1 (BSD-2-Clause)",
    folder: "weights",
    address: TORCHVISION,
    files: [
      ALEXNET,
      tapWeights("alex", "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"),
    ],
  },
  {
    id: "lpips-vgg",
    text: "LPIPS-VGG: VGG16 of torchvision (BSD-3-Clause), LPIPS 0.1 (BSD-2-Clause)",
    folder: "weights",
    address: TORCHVISION,
    files: [
      VGG16,
      tapWeights("vgg", "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868"),
    ],
  },
  {
    id: "lpips-squeeze",
    text: "LPIPS-Squeeze: SqueezeNet 1.1 of torchvision (BSD-3-Clause), LPIPS 0.1 (BSD-2-Clause)",
    folder: "weights",
    address: TORCHVISION,
    files: [
      SQUEEZENET,
      tapWeights("squeeze", "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76"),
    ],
  },
  {
    id: "dists",
    text: "DISTS: VGG16 of torchvision (BSD-3-Clause), weights of the authors (MIT)",
    folder: "weights",
    address: TORCHVISION,
    files: [VGG16, {
      name: "dists_weights.pt",
      about: 13e3,
      sha256: "f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218",
      remote:
        "https://raw.githubusercontent.com/dingkeyan93/DISTS/1267d8cb626c98706db3697422701c56a85ebf2e/DISTS_pytorch/weights.pt",
    }],
  },
  {
    id: "fid",
    text: "FID and KID: the Inception network of 2015-12-05, port of pytorch-fid (Apache-2.0)",
    folder: "weights",
    address: "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/",
    files: [{
      name: "pt_inception-2015-12-05-6726825d.pth",
      about: 95.6e6,
      sha256: "6726825d",
    }],
  },
  {
    id: "fd-squeeze",
    text: "FD-SqueezeNet1.1: SqueezeNet 1.1 of torchvision (BSD-3-Clause)",
    folder: "weights",
    address: TORCHVISION,
    files: [SQUEEZENET],
  },
  {
    id: "fd-mobilenet-v2",
    text: "FD-, KID- and UFD-MobileNetV2: the ImageNet model of Coral, int8 weights (Apache-2.0)",
    folder: "weights",
    address: MOBILENET_ADDRESS,
    files: [{
      name: MOBILENET_FILE,
      about: 4e6,
      sha256: "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c",
    }],
    makes: {
      name: "mobilenet_v2_1.0_int8weights.safetensors",
      convert: async (read) => {
        const { mobilenetFromTflite } = await import("./convert_mobilenet.ts");
        return mobilenetFromTflite(await read(MOBILENET_FILE));
      },
    },
  },
  {
    id: "fd-googlenet",
    text: "FD- and KID-GoogLeNet: BVLC GoogLeNet of Caffe, released for unrestricted use",
    folder: "weights",
    address: GOOGLENET_ADDRESS,
    files: googlenetFiles(),
    makes: {
      name: "bvlc_googlenet.safetensors",
      sha256: "a0387ad28029c87c24feb8b917a5e50cf5143437e3ed3e904b89dadb06e2dd0a",
      convert: async (read) => {
        const { googlenetFromCaffe } = await import("./convert_googlenet.ts");
        return await googlenetFromCaffe(read);
      },
    },
  },
];

/** All assets, by id. */
export const ASSETS = new Registry<Asset>("asset");
for (const asset of ALL) ASSETS.register(asset);
