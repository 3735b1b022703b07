package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
)

// relayForever serves the listening socket that it was handed: relay DESCRIPTOR HOST:PORT. A socket stays in the network
// namespace that made it, so this socket listens outside of the cluster's namespace and the connections go to its inside.
func relayForever(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("relay DESCRIPTOR HOST:PORT")
	}
	descriptor, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	listener, err := net.FileListener(os.NewFile(uintptr(descriptor), "listener"))
	if err != nil {
		return err
	}
	for {
		outside, err := listener.Accept()
		if err != nil {
			return err
		}
		go join(outside.(*net.TCPConn), args[1])
	}
}

func join(outside *net.TCPConn, target string) {
	defer outside.Close()
	connection, err := net.Dial("tcp", target)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer connection.Close()
	inside := connection.(*net.TCPConn)
	answered := make(chan struct{})
	go func() {
		io.Copy(outside, inside)
		outside.CloseWrite()
		close(answered)
	}()
	io.Copy(inside, outside)
	inside.CloseWrite()
	<-answered
}
