"""python3 -m unittest discover -s train/torch -p '*_test.py'"""

import argparse
import glob
import os
import unittest

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepjscc
import gan_jscc
import gan_jscc_paper as paper
from discriminator import Discriminator, discriminator_loss, generator_loss
from reference_cases import ReferenceCase, case_folder

FOLDER = case_folder("models/gan_jscc")


@unittest.skipUnless(FOLDER, "no reference cases here")
class Reference(unittest.TestCase):
    """Every case of the folder whose subject this code has: the published nets and losses."""

    def test_every_case(self) -> None:
        for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
            if os.path.basename(path) == "index.json":
                continue
            case = ReferenceCase(path)
            if case.name.startswith("hific_"):  # that generator exists in TypeScript alone
                continue
            with self.subTest(case.name):
                torch.manual_seed(1)
                check_case(case)
                left = case.expects() - case.checked
                self.assertEqual({name for name in left if "published_order" not in name}, set())


def check_case(case: ReferenceCase) -> None:
    kind = case.json["kind"]
    if kind == "discriminator":
        check_discriminator(case)
    elif kind == "chain":
        check_chain(case)
    elif kind == "training_step":
        check_training_step(case)
    elif kind == "difference":
        z = case.inputs["latent"]
        z = z * torch.tensor([1, 3, 0.5])[: len(z), None, None, None]
        case.check("correct", paper.unit_power(z))
        case.check("published", z / (2 * z.square().mean()).sqrt())
    elif case.name.startswith("spectral_norm"):
        check_spectral_norm(case)
    else:
        check_block(case)


def check_block(case: ReferenceCase) -> None:
    parameters, x = case.parameters, case.inputs["x"].requires_grad_()
    arguments = [x]
    if case.name.startswith("snr_attention"):
        block: nn.Module = gan_jscc.SnrAttention(x.shape[1])
        arguments.append(case.inputs["snr"].requires_grad_())
    elif case.name.startswith("conv_block_out"):
        conv = nn.Conv2d(x.shape[1], 3, 7)
        block = nn.Sequential(nn.ReflectionPad2d(3), conv, nn.Sigmoid())
    elif case.name.startswith("enc_block"):
        out, inputs, kernel, _ = parameters["m.0.weight"].shape
        block = nn.ModuleDict({"m": paper.encoder_block(inputs, out, kernel, 2, False)})
    else:
        inputs, out, kernel, _ = parameters["m.0.weight"].shape
        block = nn.ModuleDict({"m": paper.decoder_block(inputs, out, kernel, 2)})
    block.load_state_dict(parameters)
    run = block["m"] if isinstance(block, nn.ModuleDict) else block
    y = run(*arguments)
    value = (y * case.cotangent(y)).sum()
    value.backward()
    case.check("y", y)
    case.check("loss", value)
    for name, tensor in [*case.inputs.items(), *block.named_parameters()]:
        case.check(f"grad:{name}", tensor.grad)


def check_spectral_norm(case: ReferenceCase) -> None:
    weight = case.parameters["weight_orig"]
    out, inputs, kernel, _ = weight.shape
    layer = nn.utils.spectral_norm(nn.Conv2d(inputs, out, kernel, bias=False))
    layer.weight_orig.data = weight
    layer.weight_u.copy_(F.normalize(case.inputs["u"], dim=0))
    for step in (1, 2, 3):
        layer(torch.zeros(1, inputs, kernel, kernel))
        u, v = layer.weight_u, layer.weight_v
        case.check(f"u{step}", u)
        case.check(f"v{step}", v)
        case.check(f"sigma{step}", u @ weight.flatten(1) @ v)
    case.check("weight_normalised", layer.weight)
    (layer.weight * case.cotangent(layer.weight)).sum().backward()
    case.check("grad:weight_orig", layer.weight_orig.grad)


def check_discriminator(case: ReferenceCase) -> None:
    names = ("head", "0", "1", "a")
    filters = tuple(len(case.parameters[f"d_conv_{name}.bias"]) for name in names)
    x, x_gen, z = (case.inputs[name] for name in ("x_real", "x_gen", "latent"))

    def build() -> Discriminator:
        net = Discriminator(z.shape[1], x.shape[2] // z.shape[2], filters)
        set_discriminator(net, case.parameters, case.inputs, "")
        return net

    net = build()
    logits = net(torch.cat([x, x_gen]), torch.cat([z, z]))
    case.check("logits", logits)
    for name in names:
        layer = getattr(net, f"d_conv_{name}")
        sigma = layer.weight_u @ layer.weight_orig.flatten(1) @ layer.weight_v
        case.check(f"sigma:d_conv_{name}", sigma)
    net = build()
    value = discriminator_loss(net, x, x_gen, z)
    value.backward()
    case.check("d_loss", value)
    for name, tensor in net.named_parameters():
        case.check(f"grad_d:{name}", tensor.grad)
    value = generator_loss(build(), x_gen.requires_grad_(), z)
    value.backward()
    case.check("g_loss", value)
    case.check("grad_g:x_gen", x_gen.grad)


def set_discriminator(net: Discriminator, parameters, inputs, prefix: str) -> None:
    own = net.state_dict()
    for name in own:
        if prefix + name in parameters:
            own[name] = parameters[prefix + name]
        elif name.endswith("weight_u"):
            own[name] = F.normalize(inputs[prefix + name], dim=0)
    net.load_state_dict(own)


def published_net(case: ReferenceCase, filters: tuple[int, ...]) -> paper.GanJsccPaper:
    latent, width = case.parameters["Encoder.conv_block5.0.weight"].shape[:2]
    net = paper.GanJsccPaper(latent, width, filters)
    net.load_state_dict({**net.state_dict(), **case.parameters})
    return net


def check_chain(case: ReferenceCase) -> None:
    net, image = published_net(case, (8, 8, 8, 8)), case.inputs["image"].requires_grad_()
    height, width = image.shape[2:]
    rows, columns = case.json["padding"]["padded"]
    x = F.pad(image, (0, columns - width, 0, rows - height), "reflect")
    snr = torch.full((len(image), 1), float(case.json["snr_db"]))
    z = net.Encoder(x, snr)
    z.retain_grad()
    symbols = paper.unit_power(z)
    received = symbols + case.inputs["noise"]
    y = net.Decoder(received, snr)[:, :, :height, :width]
    value = gan_jscc.mse_255(image.detach(), y)
    value.backward()
    found = {"latent": z, "symbols": symbols, "received": received, "image_out": y, "loss": value}
    for name, tensor in found.items():
        case.check(name, tensor)
    case.check("grad:image", image.grad)
    case.check("grad:latent", z.grad)
    check_gradients(case, net)


def check_training_step(case: ReferenceCase) -> None:
    names = ("head", "0", "1", "a")
    filters = tuple(len(case.parameters[f"Discriminator.d_conv_{name}.bias"]) for name in names)
    x, snr = case.inputs["image"], torch.full((len(case.inputs["image"]), 1), case.json["snr_db"])

    def chain() -> tuple[paper.GanJsccPaper, Tensor, Tensor]:
        net = published_net(case, filters)
        set_discriminator(net.Discriminator, case.parameters, case.inputs, "Discriminator.")
        z = net.Encoder(x, snr)
        return net, z, net.Decoder(paper.unit_power(z) + case.inputs["noise"], snr)

    net, z, y = chain()
    case.check("image_out", y)
    case.check("logits", net.Discriminator(torch.cat([x, y]), torch.cat([z, z])))
    net, z, y = chain()
    case.check("d_loss", discriminator_loss(net.Discriminator, x, y, z))
    net, z, y = chain()
    mse, adversarial = gan_jscc.mse_255(x, y), generator_loss(net.Discriminator, y, z)
    value = gan_jscc.K_M * mse + gan_jscc.BETA * adversarial
    value.backward()
    for name, tensor in {"mse255": mse, "g_loss": adversarial, "loss": value}.items():
        case.check(name, tensor)
    check_gradients(case, net)


def check_gradients(case: ReferenceCase, net: nn.Module) -> None:
    for name, tensor in net.named_parameters():
        if tensor.grad is not None:
            case.check(f"grad:{name}", tensor.grad)


SIZE = (8, (16, 16, 16), (1, 1, 1), (1, 1, 1))


def trained_looking(net: nn.Module) -> nn.Module:
    """No layer at zero."""
    for parameter in net.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return net


def settings(**given: object) -> argparse.Namespace:
    common = {"snr": 10.0, "phase": 2, "distortion": 0.01, "perception": 0.0, "beta": 1.0}
    return argparse.Namespace(**{**common, **given})


class Compact(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(3)
        self.net = gan_jscc.GanJscc(*SIZE, filters=(4, 4, 4, 4))
        self.net.lpips = lambda x, x_hat: (x - x_hat).abs().mean((1, 2, 3))
        self.x = torch.rand(2, 3, 48, 64)

    def test_it_starts_as_the_deepjscc_net_whose_weights_it_takes(self) -> None:
        origin = trained_looking(deepjscc.DeepJscc(*SIZE))
        own = self.net.state_dict()
        self.net.load_state_dict({**own, **origin.state_dict()})
        torch.manual_seed(1)
        wanted = origin(self.x, 0.1)
        torch.manual_seed(1)
        _, got = self.net(self.x, 10.0)
        self.assertLess((got - wanted).abs().max().item(), 1e-6)

    def test_every_turn_trains_its_own_parameters_and_leaves_the_others(self) -> None:
        trained_looking(self.net)
        turns = gan_jscc.turns(self.net, settings())
        self.assertEqual(sum(map(len, turns)), len(list(self.net.parameters())))
        for turn, other in ((0, 1), (1, 0)):
            self.net.zero_grad()
            gan_jscc.step_loss(self.net, self.x, settings(), turn).backward()
            self.assertTrue(all(p.grad is not None for p in turns[turn]))
            if turn == 0:
                self.assertTrue(all(p.grad is None for p in turns[other]))

    def test_a_discriminator_step_leaves_encoder_and_generator_out_of_the_graph(self) -> None:
        z, x_hat = trained_looking(self.net)(self.x, 10.0)
        value = discriminator_loss(self.net.discriminator, self.x, x_hat, z)
        grads = torch.autograd.grad(value, list(self.net.decoder.parameters()), allow_unused=True)
        self.assertTrue(all(grad is None for grad in grads))

    def test_the_loss_of_phase_1_knows_no_discriminator(self) -> None:
        self.assertEqual(len(gan_jscc.turns(self.net, settings(phase=1))), 1)
        args = settings(phase=1, perception=1.0)
        gan_jscc.step_loss(self.net, self.x, args, 0).backward()
        self.assertTrue(all(p.grad is None for p in self.net.discriminator.parameters()))

    def test_the_discriminator_is_not_shipped(self) -> None:
        names = [name for name, _ in self.net.named_parameters() if gan_jscc.shipped(name)]
        self.assertEqual({name.split(".")[0] for name in names}, {"encoder", "decoder"})

    def test_published_size(self) -> None:
        net = paper.GanJsccPaper()
        parts = (net.Encoder, net.Decoder, net.Discriminator)
        counts = [sum(p.numel() for p in part.parameters()) for part in parts]
        self.assertEqual(counts, [5_288_332, 10_646_696, 2_777_253])


if __name__ == "__main__":
    unittest.main()
