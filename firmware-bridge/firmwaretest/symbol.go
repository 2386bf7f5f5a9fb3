package firmwaretest

import (
	"debug/elf"
	"fmt"
)

// Symbol finds a variable or function of an image by its name in C.
func Symbol(image, name string) (elf.Symbol, error) {
	file, err := elf.Open(image)
	if err != nil {
		return elf.Symbol{}, err
	}
	defer file.Close()
	all, err := file.Symbols()
	if err != nil {
		return elf.Symbol{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return elf.Symbol{}, fmt.Errorf("%s has no symbol %s", image, name)
}
