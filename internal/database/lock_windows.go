package database

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the lock that says which process serves the SQLite file: the file is opened without sharing.
func lockFile(path string) (*os.File, error) {
	const errSharingViolation = syscall.Errno(32)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("lock SQLite: %w", err)
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, fmt.Errorf("%w (%s)", ErrInUse, path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock SQLite: %w", err)
	}
	return os.NewFile(uintptr(handle), path), nil
}
