// Command openapi writes the description of the product's API into the file that it is given: the UI's types are made from it.
package main

import (
	"fmt"
	"os"

	"causeway/internal/web"
)

func main() {
	text, err := web.Describe()
	if err == nil {
		err = os.WriteFile(os.Args[1], append(text, '\n'), 0o644) // #nosec G306 G703 -- nothing secret, and the developer names the file
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
