"""CDM-JSCC against the reference cases of `shared/vectors/models/cdm_jscc`, and its own rules."""

import json
import os
import unittest

import numpy as np
import torch
from torch import Tensor

import cdm_jscc
from cdm_jscc import PRESETS, STEPS, CdmJscc
from reference_cases import case_folder, ruled, ruled_values

FOLDER = case_folder("models/cdm_jscc")


def read_json(name: str) -> dict:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


class Case:
    """One case: inputs by rule, outputs stored; `check` compares and keeps account."""

    def __init__(self, name: str, suffix: str) -> None:
        self.name, self.suffix = name, suffix
        self.json = read_json(f"{name}.json")
        self.attributes = self.json.get("attributes", {})
        self.inputs = {key: self.value(rule) for key, rule in self.json["inputs"].items()}
        self.stored = read_any(os.path.join(FOLDER, f"{name}.safetensors"))
        self.checked: set[str] = set()

    def value(self, rule: dict) -> Tensor:
        return ruled({**rule, "name": rule["name"] + self.suffix})

    def probe(self, name: str, like: Tensor) -> Tensor:
        values = ruled_values(f"probe:{name}{self.suffix}", like.numel())
        return torch.from_numpy(values.astype(np.float32)).view_as(like)

    def check(self, name: str, got: Tensor) -> None:
        rule = self.json["outputs"][name]
        self.checked.add(name)
        wanted = self.stored[name].double().flatten()
        error = got.detach().double().flatten() - wanted
        allowed = rule["tol"] + rule.get("tol_rel", 0) * wanted.abs()
        worst = (error.abs() - allowed).max().item()
        assert worst <= 0, f"{self.name}: {name} is off by {error.abs().max():g}, {rule}"
        if "tol_rel_l2" in rule:
            relative = (error.norm() / wanted.norm().clamp_min(1e-30)).item()
            assert relative <= rule["tol_rel_l2"], f"{self.name}: {name}, relative {relative:g}"

    def check_gradients(self, loss: Tensor, net: CdmJscc | None) -> None:
        """Every `grad:` and `gradhead:` of the case, by the loss."""
        named = dict(net.named_parameters()) if net else {}
        wanted = [name for name in self.json["outputs"] if name.startswith("grad")]
        leaves = [self.leaf(name.partition(":")[2], named) for name in wanted]
        gradients = torch.autograd.grad(loss, leaves, retain_graph=True)
        for name, gradient in zip(wanted, gradients):
            self.check(name, gradient.flatten()[: self.stored[name].numel()])

    def leaf(self, name: str, named: dict[str, Tensor]) -> Tensor:
        return self.inputs[name] if name in self.inputs else named[name]


def read_any(path: str) -> dict[str, Tensor]:
    """Safetensors with whole numbers among them."""
    types = {"F32": np.float32, "I32": np.int32, "U8": np.uint8, "I64": np.int64}
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[start:end], types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.astype(np.float64))
    return tensors


def operate(case: Case, net: CdmJscc) -> dict[str, Tensor] | None:
    """What the case's operation gives, by output; None: unknown."""
    i, a = case.inputs, case.attributes
    context, denoise = net.context_fn, net.denoise_fn
    name = case.name
    for leaf in i.values():
        leaf.requires_grad_()
    if name == "layernorm_channel":
        return {"y": denoise.final_conv[0](i["x"])}
    if name == "time_mlp":
        return {"e": denoise.time_mlp(i["t"])}
    if name.startswith("resnet_"):
        path = case.json["param_prefixes"][0][:-1]
        return {"y": net.get_submodule(path)(i["x"], i.get("e"))}
    if name in ("downsample", "upsample", "unet_linear_attention", "final_conv", "fe_refine_mlp"):
        return {"y": net.get_submodule(case.json["param_prefixes"][0][:-1])(i["x"])}
    if name == "rope":
        turns = cdm_jscc.rotations(a["H"], a["W"], i["x"].shape[-1])
        return {"y": cdm_jscc.rotate(i["x"].flatten(1, 2), turns).view_as(i["x"])}
    if name in ("mlla_linear_attention", "mlla_block"):
        module = net.get_submodule(case.json["param_prefixes"][0][:-1])
        return {"y": module(i["x"], (a["H"], a["W"]))}
    if name == "rate_masks":
        return {"mask": context.fe.mask}
    if name == "rate_index":
        symbols = case.stored["symbols"].float()
        return {"symbols": symbols, "index": context.rates(symbols[None], 1.0)}
    if name.startswith("rate_adaption") or name.endswith("given_k"):
        return rated(case, context)
    if name == "jscc_encoder_likelihoods":
        bits = -i["px"].log2().sum(1)
        index = context.rates(bits.flatten(1), a["eta"])
        return {"bits": bits, "indexes": index, "s": context.fe(i["x"], index)}
    if name.startswith("channel_"):
        noise = interleaved(i["re"], i["im"], len(i["x"]) // 2)
        s = i["x"][None, :, None, None]
        n0 = 10 ** (-a["snr_db"] / 10)
        y, _ = cdm_jscc.transmit(s, torch.ones_like(s), noise.view_as(s), n0, byte=False)
        uses, power = torch.tensor(len(i["x"]) / 2), i["x"].square().mean()
        return {"y": y, "channel_uses": uses, "avg_pwr": power}
    if name == "gaussian_likelihood":
        scale = i["scale"].clamp_min(cdm_jscc.SMALLEST_SCALE)
        p = cdm_jscc.gaussian_likelihood(i["v"], i["mean"], scale)
        return {"likelihood": p, "bits": -p.log2()}
    if name == "factorised_prior":
        p = context.prior.likelihood(i["z"])
        return {"logits": context.prior.logits(i["z"]), "likelihood": p, "bits": -p.log2()}
    if name == "factorised_prior_medians":
        return {"loss": context.prior.medians_loss()}
    if name == "encoder_hyperprior":
        return hyperprior(i["image"], net)
    if name == "hyper_decoder":
        return {"params": context.hyper_dec(i["z"])}
    if name == "hyper_encoder":
        return {"z": context.hyper_enc(i["y"])}
    if name == "condition_decoder":
        maps = context.conditions(i["y"], torch.ones(1))[1]
        return {f"c{level}": value for level, value in enumerate(maps)}
    if name.endswith("unet_step"):
        return {"y": denoise(i["x"], torch.full((1,), a["t"]), None, conditions(i))}
    if name.startswith("sampler_unet"):
        return {"y": net.sample(None, conditions(i), i["x"], a["steps"])}
    if name.startswith("sampler_toy"):
        return {"y": toy_sample(i["x"], i["c"], a["steps"])}
    if name == "schedule":
        return schedule()
    if name.startswith("chain_") or name == "compact_chain":
        return chain(case, net)
    if name == "training_loss":
        return training_loss(case, net)
    return None


def conditions(inputs: dict[str, Tensor]) -> list[Tensor]:
    return [inputs[name] for name in ("c0", "c1", "c2", "c3") if name in inputs]


def interleaved(re: Tensor, im: Tensor, uses: int) -> Tensor:
    """Noise of the real values that complex symbols 0, 1, ... of `uses` carry in pairs."""
    return torch.stack([re[:uses], im[:uses]], -1).flatten()


def rated(case: Case, context: cdm_jscc.Context) -> dict[str, Tensor]:
    x = case.inputs.get("x", case.inputs.get("s"))
    index = torch.tensor(case.attributes["indexes"])[None]
    grid = (x.shape[2], x.shape[3])
    mask = context.fe.mask[index].transpose(1, 2).unflatten(2, grid)
    tokens = x.flatten(2).transpose(1, 2)
    if case.name == "jscc_encoder_given_k":
        return {"s": context.fe(x, index), "mask": mask}
    if case.name == "jscc_decoder_given_k":
        return {"y": context.fd(x, index)}
    side = context.fe if case.name.endswith("encoder") else context.fd
    y = side.rate_adaption(tokens, index).transpose(1, 2).unflatten(2, grid)
    return {"s": y * mask, "mask": mask} if side is context.fe else {"y": y}


def hyperprior(image: Tensor, net: CdmJscc) -> dict[str, Tensor]:
    context = net.context_fn
    y = context.encode(image)
    entropy = context.entropy(y)
    z = context.hyper_enc(y)
    medians = context.prior.medians
    rounded = cdm_jscc.round_through(z - medians) + medians
    mean, scale = context.hyper_dec(rounded).chunk(2, 1)
    return {
        "latent": y,
        "hyper_latent": z,
        "q_hyper_latent": rounded,
        "mean": mean,
        "scale": scale.clamp_min(cdm_jscc.SMALLEST_SCALE),
        "q_latent": entropy.y,
        "bits_per_position": entropy.bits_y.sum(1),
        "bpp": entropy.bits_per_pixel(),
    }


def toy_sample(x: Tensor, c: Tensor, steps: int) -> Tensor:
    """The sampler of the network, with a formula in place of the U-Net."""

    class Toy(torch.nn.Module):
        def forward(self, x: Tensor, t: Tensor, picture: None, maps: list[Tensor]) -> Tensor:
            return 0.9 * torch.tanh(1.5 * x + 0.3 * t[:, None, None, None]) + 0.4 * maps[0]

    holder = torch.nn.Module()
    holder.denoise_fn = Toy()
    return CdmJscc.sample(holder, None, [c], x, steps)


def schedule() -> dict[str, Tensor]:
    bars = cdm_jscc.ALPHA_BARS.astype(np.float32).astype(np.float64)  # as the published buffers
    exact = cdm_jscc.ALPHA_BARS
    outputs = {"train_alphas_cumprod": exact, "train_snr_head": (exact / (1 - exact))[:64]}
    for steps in (1, 2, 5, 17):
        index = cdm_jscc.test_indices(steps)
        bar = bars[index]
        previous = np.concatenate([[1.0], bar[:-1]])
        sigma = np.sqrt((1 - previous) / (1 - bar)) * np.sqrt(1 - bar / previous)
        outputs[f"index_{steps}"] = index
        outputs[f"alphas_cumprod_{steps}"] = bar
        outputs[f"sigma_{steps}"] = sigma
    arrays = {name: np.asarray(value, np.float64) for name, value in outputs.items()}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


class PublishedSelection(torch.autograd.Function):
    """Sent values as they are; their gradients as the published training had them.

    It selects from a transposed tensor: PyTorch 1.13 reads that channel by channel, but writes the
    gradients position by position, so that almost every symbol learns from another's.
    """

    @staticmethod
    def forward(ctx, s: Tensor, sent: Tensor) -> Tensor:
        ctx.save_for_backward(sent.bool())
        return s.clone()

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None]:
        (sent,) = ctx.saved_tensors
        moved = torch.zeros_like(grad).permute(0, 2, 3, 1).contiguous()
        moved[sent.permute(0, 2, 3, 1)] = grad[sent]
        return moved.permute(0, 3, 1, 2), None


def sent_values(case: Case, net: CdmJscc, s: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Values behind the channel in place, and those sent in the order B, C, h, w."""
    sent = net.context_fn.fe.mask[index].transpose(1, 2).view_as(s)
    count = int(sent.sum().item())
    noise = torch.zeros_like(s)
    noise[sent.bool()] = interleaved(case.inputs["re"], case.inputs["im"], count // 2)
    n0 = 10 ** (-case.attributes["snr_db"] / 10)
    s = PublishedSelection.apply(s, sent)
    received, _ = cdm_jscc.transmit(s, sent, noise, n0, byte=False)
    return received, s[sent.bool()]


def chain(case: Case, net: CdmJscc) -> dict[str, Tensor]:
    context, a = net.context_fn, case.attributes
    image = case.inputs["image"]
    outputs = hyperprior(image, net)
    index = context.rates(outputs["bits_per_position"].flatten(1), a["eta"])
    s = context.fe(outputs["latent"], index)
    received, sent = sent_values(case, net, s, index)
    _, maps = context.conditions(context.fd(received, index), torch.ones(1))
    return {
        **outputs,
        "indexes": index,
        "s": s,
        "cbr_y": torch.tensor(len(sent) / 2 / image.numel()),
        "channel_input_head": sent[:256],
        "c3": maps[-1],
        "c2": maps[2],
        "c1_head": maps[1].flatten()[:1024],
        "c0_head": maps[0].flatten()[:1024],
        "image_hat": net.sample(None, maps, case.inputs["xT"], a["steps"]),
    }


def training_loss(case: Case, net: CdmJscc) -> dict[str, Tensor]:
    context, a, i = net.context_fn, case.attributes, case.inputs
    x = i["image"]
    y = context.encode(x)
    entropy = context.entropy(y, (i["u_latent"], i["u_hyper"]))
    index = context.rates(entropy.by_patch, a["eta"])
    received, _ = sent_values(case, net, context.fe(y, index), index)
    picture, maps = context.conditions(context.fd(received, index), torch.ones(1))
    t = torch.tensor(a["t"])
    x_t, weight = net.noisy(x, t, i["eps"])
    x_hat = net.denoise_fn(x_t, t.float() / STEPS, picture, maps)
    mse = (weight * (x_hat - x).square().flatten(1).mean(1)).mean()
    perceptual = (x_hat - x).abs().mean()
    bpp = entropy.bits_per_pixel()
    loss = a["lambda_"] * bpp.mean() + (1 - a["alpha"]) * mse + a["alpha"] * perceptual
    return {
        "loss": loss,
        "bpp": bpp,
        "mse_term": mse,
        "perceptual_term": perceptual,
        "snr_weight": weight,
        "x_noisy": x_t,
        "fx_hat": x_hat,
        "medians_loss": context.prior.medians_loss(),
    }


@unittest.skipUnless(FOLDER, "no reference cases (SEMCAST_VECTORS)")
class ReferenceCases(unittest.TestCase):
    nets: dict[str, CdmJscc] = {}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.nets.clear()

    def net(self, file: str, suffix: str) -> CdmJscc:
        """The preset that the parameters of `file` fit, with them."""
        if file not in self.nets:
            net = cdm_jscc.build("paper" if file == "params.json" else "reduced")
            rules = read_json(file)["params"]
            own = dict(net.named_parameters())
            self.assertEqual(set(own), set(rules))
            with torch.no_grad():
                for name, rule in rules.items():
                    own[name].copy_(ruled({**rule, "name": name + suffix}))
            self.nets[file] = net
        return self.nets[file]

    def test_every_case_is_met(self) -> None:
        index = read_json("index.json")
        suffix = index.get("hash_suffix", "")
        for name in index["cases"]:
            with self.subTest(name):
                case = Case(name, suffix)
                net = self.net(case.json.get("params_file", "params.json"), suffix)
                outputs = operate(case, net)
                self.assertIsNotNone(outputs, f"no such operation here: {name}")
                for output in case.json["outputs"]:
                    if not output.startswith("grad"):
                        case.check(output, outputs[output])
                self.check_gradients(case, net, outputs)
                self.assertEqual(case.checked, set(case.json["outputs"]))

    def check_gradients(self, case: Case, net: CdmJscc, outputs: dict[str, Tensor]) -> None:
        if "loss" not in case.json:
            return
        name = case.json["loss"].split("outputs.")[1].split(" ")[0]
        loss = outputs[name] if name == "loss" else (
            outputs[name] * case.probe(name, outputs[name])
        ).sum()
        case.check_gradients(loss, net)


class Network(unittest.TestCase):
    def test_the_paper_preset_has_the_published_size(self) -> None:
        net = cdm_jscc.build("paper")
        self.assertEqual(sum(p.numel() for p in net.parameters()), 62_245_059)

    def test_the_compact_preset_fits_ten_megabytes_as_f16(self) -> None:
        net = cdm_jscc.build("compact")
        self.assertLessEqual(2 * sum(p.numel() for p in net.parameters()), 10_000_000)

    def test_the_compact_net_starts_at_the_picture_of_its_condition_decoder(self) -> None:
        torch.manual_seed(1)
        net = cdm_jscc.build("compact").eval()
        x = torch.rand(1, 3, 64, 64) * 2 - 1
        y = net.context_fn.encode(x)
        index = torch.zeros(1, 16, dtype=torch.long)
        variance = torch.full((1,), 0.05)
        y = net.context_fn.fd(net.context_fn.fe(y, index), index, variance)
        picture, maps = net.context_fn.conditions(y, variance)
        x_hat = net.denoise_fn(torch.randn_like(x), torch.full((1,), 0.5), picture, maps)
        self.assertEqual((x_hat - picture).abs().max().item(), 0)

    def test_masked_symbols_are_zero_and_the_others_have_unit_power(self) -> None:
        torch.manual_seed(2)
        net = cdm_jscc.build("compact")
        s = torch.randn(1, 96, 4, 4)
        index = torch.arange(16)[None]
        sent = net.context_fn.fe.mask[index].transpose(1, 2).view_as(s)
        self.assertEqual(sent.sum().item(), sum(PRESETS["compact"].rates))
        y, variance = cdm_jscc.transmit(s, sent, torch.zeros_like(s), 0.1, byte=False)
        self.assertLess((y - s * sent).abs().max().item(), 1e-5)
        power = 2 * (s * sent).square().sum() / sent.sum()
        self.assertAlmostEqual(variance.item(), 0.1 / 2 * power.item(), places=5)

    def test_an_upsampling_equals_the_transposed_convolution(self) -> None:
        torch.manual_seed(3)
        layer, x = cdm_jscc.Upsample(5, 7), torch.randn(2, 5, 3, 4)
        self.assertLess((layer(x) - layer.conv(x)).abs().max().item(), 1e-5)

    def test_the_norm_has_the_gradient_of_its_formula(self) -> None:
        torch.manual_seed(4)
        x = torch.randn(2, 6, 3, 3, dtype=torch.float64, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(cdm_jscc.Normalise.apply, (x,)))


if __name__ == "__main__":
    unittest.main()
