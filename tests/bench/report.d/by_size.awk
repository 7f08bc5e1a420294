# SPDX-License-Identifier: GPL-2.0-only
#
# by_size.awk - a table a kernel of what was observed at several numbers of processes, a row
# for each observer. Who uses it has cell(kernel, observer, size), title(kernel) and
# absences(kernel).

$4 == part {
	k = $2; n = of_scale($7, "processes")
	if (!(k in release)) { kernels[++K] = k; release[k] = $3 }
	if (!((k, $5) in has_observer)) { has_observer[k, $5]; observers[k, ++O[k]] = $5 }
	if (!((k, n) in has_size)) { has_size[k, n]; sizes[k, ++N[k]] = n }
	note[k, $5, n] = $13
}

function table(k,    i, j, columns) {
	title(k)
	for (j = 1; j <= N[k]; j++) columns[j] = number(sizes[k, j])
	heading("| processes |", columns, N[k])
	for (i = 1; i <= O[k]; i++) {
		printf "| %s |", observers[k, i]
		for (j = 1; j <= N[k]; j++) printf " %s |", cell(k, observers[k, i], sizes[k, j])
		print ""
	}
	absences(k)
}

END { for (i = 1; i <= K; i++) table(kernels[i]) }
