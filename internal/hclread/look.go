package hclread

// All returns the blocks inside, of every type, in order.
func (b *Block) All() []*Block { return append([]*Block(nil), b.blocks...) }

// Bilinguals names the attributes that the schema wants in both languages.
func (b *Block) Bilinguals() (names []string) {
	for _, a := range b.schema.Attributes {
		if a.Kind == Bilingual {
			names = append(names, a.Name)
		}
	}
	return names
}
