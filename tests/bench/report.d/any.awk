# SPDX-License-Identifier: GPL-2.0-only
#
# any.awk - the rows of a part that has no table of its own.

$4 == part {
	if (!rows++) {
		printf "\n## %s\n\n", part
		print "| kernel | observer | workload | scale | value | unit | spread, % | n | |\n|---|---|---|---|---|---|---|---|---|"
	}
	printf "| %s | %s | %s | %s | %s | %s/%s | %s | %s | %s |\n", $2, $5, $6, $7,
	       $10 == "-" ? "absent" : $10, $8, $9, $11, $12, $13
}
