/** The upstream sources of the encoder and the decoder, pinned by digest. @module */
import type { SourcePackage } from "../toolchain.ts";

/** x265 3.5, GPL-2.0-or-later. */
export const X265: SourcePackage = {
  name: "x265",
  version: "3.5-2",
  files: {
    "x265_3.5.orig.tar.gz": "e70a3335cacacbba0b3a20ec6fecd6783932288ebc8163ad74bcc9606477cae8",
    "x265_3.5-2.debian.tar.xz": "47a111b9c3e7fd95e4e3e5db43aeb7019a4031820a80badc6dea5c5719de9264",
  },
};

/** libde265 1.0.11 with Debian's security fixes, LGPL-3.0-or-later. */
export const LIBDE265: SourcePackage = {
  name: "libde265",
  version: "1.0.11-1+deb12u3",
  files: {
    "libde265_1.0.11.orig.tar.gz":
      "2f8f12cabbdb15e53532b7c1eb964d4e15d444db1be802505e6ac97a25035bab",
    "libde265_1.0.11-1+deb12u3.debian.tar.xz":
      "ccdd55e4bf2aa04155de5d00fbc677e4cf620d961fd4584a43a37f13993d0f94",
  },
  alsoIn: ["1.0.11-1+deb12u2"],
};
