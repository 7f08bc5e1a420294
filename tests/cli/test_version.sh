#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One version everywhere: dkms.conf and the reader say that of the module's ABI header.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

version=$(sed -n 's/^#define MEMWATCH_VERSION "\(.*\)"$/\1/p' module/memwatch_abi.h)
check "the ABI header names a version" [ -n "$version" ]
check "dkms.conf names the same" grep -qxF "PACKAGE_VERSION=\"$version\"" dkms.conf
mw --version
check "and so does the reader" all_of 'exits 0' 'says "$version"'
finish
