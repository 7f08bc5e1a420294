# SPDX-License-Identifier: GPL-2.0-only
#
# lib.awk - what the tables share: figures as people read them, and headings.

# number(): a whole number, with commas.
function number(x,    s, sign) {
	sign = x < 0 ? "-" : ""
	s = sprintf("%.0f", x < 0 ? -x : x)
	while (match(s, /^[0-9]+[0-9][0-9][0-9](,|$)/))
		s = substr(s, 1, match(s, /[0-9][0-9][0-9](,|$)/) - 1) "," substr(s, match(s, /[0-9][0-9][0-9](,|$)/))
	return sign s
}

# of_scale(): the value of KEY in words of the form key=value; "" without.
function of_scale(words, key,    n, i, word) {
	n = split(words, word, " ")
	for (i = 1; i <= n; i++)
		if (index(word[i], key "=") == 1) return substr(word[i], length(key) + 2)
	return ""
}

# heading(): the first line of a table and the rule below it, with @labels, as `| processes |`, before the columns.
function heading(labels, columns, n,    i, rule) {
	printf "%s", labels
	gsub(/[^|]+/, "---", labels)
	rule = labels
	for (i = 1; i <= n; i++) {
		printf " %s |", columns[i]
		rule = rule "---|"
	}
	print "\n" rule
}
