package main

import (
	"os"
	"os/signal"
	"syscall"
)

// reapChildren is process 1 of the cluster's process namespace: it adopts what lost its parent (the shims of
// containers do so on purpose) and collects what has ended. Killing it ends everything in the namespace.
func reapChildren([]string) error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	for range ended {
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if err == syscall.EINTR {
				continue
			}
			if pid <= 0 {
				break
			}
		}
	}
	return nil
}
