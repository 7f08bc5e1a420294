#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Webhooks by https: a receiver whose certificate is signed by the CA that was given is told,
# any other is not, and the notice says what to do. CAs and certificates are made here; the
# receiver is openssl's, on the loopback.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

build_grow

# ca NAME: a certification authority of its own.
ca() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$work/$1.key" \
		-out "$work/$1.pem" -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}

# certificate NAME ALTERNATIVE: signed by the CA "right".
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$work/$1.key" \
		-out "$work/$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\n' "$2" >"$work/$1.ext"
	openssl x509 -req -in "$work/$1.csr" -CA "$work/right.pem" -CAkey "$work/right.key" \
		-CAcreateserial -days 2 -extfile "$work/$1.ext" -out "$work/$1.pem" 2>/dev/null
}

ca right
ca wrong
certificate here IP:127.0.0.1
certificate elsewhere DNS:elsewhere.example

stop_receiver() {
	kill -- "-$receiver"
	wait "$receiver" 2>/dev/null
}

# receiver CERTIFICATE: on $port, each connection is answered with 200; what came is in $work/got.
receiver() {
	: >"$work/got"
	mkfifo "$work/answers.$1"
	exec 8<>"$work/answers.$1"
	for _ in $(seq 50); do
		port=$((20000 + RANDOM % 20000))
		# A group of its own: ended by its leader, which is there until it is waited for.
		setsid bash -c 'while printf "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n" >&8; do
				openssl s_server -accept "127.0.0.1:$1" -cert "$2.pem" -key "$2.key" \
					-quiet -naccept 1 <&8
			done' receiver "$port" "$work/$1" >>"$work/got" 2>>"$work/server" &
		receiver=$!
		for _ in $(seq 50); do
			sleep 0.1
			! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
		done
		stop_receiver
	done
	return 1
}

# tell CERTIFICATE CA PATTERN: the daemon alerts; until PATTERN stands in what it said or what came.
tell() {
	receiver "$1"
	cat >"$work/memwatch.yaml" <<-END
		sampling: { interval: 20ms }
		selection: { include: [ { comm: [$grow_name] } ] }
		sinks:
		  - type: webhook
		    url: https://127.0.0.1:$port/alerts
		    ca_file: $2
		queue: { retry_min: 200ms, retry_max: 400ms }
	END
	# Here: what is started in the background empties them only when it comes to run.
	: >"$work/out"
	: >"$work/err"
	"$grow" 100 20 100000 &
	child=$!
	"$MEMWATCH" watch --config "$work/memwatch.yaml" --json >"$work/out" 2>"$work/err" &
	pid=$!
	for _ in $(seq 600); do
		! grep -qs -- "$3" "$work/err" "$work/got" || break
		sleep 0.1
	done
	kill -0 "$child" || echo "# the process that grows has gone"
	kill "$child" "$pid"
	wait "$child" 2>/dev/null
	wait "$pid"
	stop_receiver
	exec 8>&-
	rm "$work/answers.$1"
	out=$(cat "$work/out") err=$(cat "$work/err")
}

tell here "$work/right.pem" '"state":"firing"'
check "the right CA: it is told" all_of 'grep -q "^POST /alerts HTTP/1.1" "$work/got"' \
	'grep -q "\"state\":\"firing\"" "$work/got"' '! complains "is down"'
tell here "$work/wrong.pem" 'is down'
check "a wrong CA: it is not, and the notice says what to do" all_of '[ ! -s "$work/got" ]' \
	'complains "sink webhook is down: "' \
	'complains "the certificate of the receiver is not trusted: give the CA that signed it as ca_file"'
tell elsewhere "$work/right.pem" 'is down'
check "nor a receiver of another name" all_of '[ ! -s "$work/got" ]' 'complains "is down: "' \
	'complains "the name in url has to be one of the names in it"'
tell here "$work/none.pem" 'is down'
check "a CA file that is not there" all_of '[ ! -s "$work/got" ]' \
	'complains "cannot use the ca_file $work/none.pem: "'
finish
